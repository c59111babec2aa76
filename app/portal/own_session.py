"""The session of this request.

Its row in `user_session` is the truth; the signed cookie holds the token that leads to the row, the
chosen account and the language.
"""

from __future__ import annotations

from flask import g, request, session
from flask_login import current_user, login_user, logout_user

from app.models import database, user_session
from app.models.user import User
from app.models.user_session import UserSession
from app.portal.client_address import client_address
from app.services import user_sessions
from app.services.account_entry import note_entry
from app.services.user_sessions import Browser

TOKEN_KEY = "_user_id"  # noqa: S105 - where Flask-Login looks for what its user loader gets
ACCOUNT_KEY = "account_id"
LANGUAGE_KEY = "locale"  # where Flask-AppBuilder's language selector looks


def find_session(token: str) -> User | None:
    """Whose session the token leads to, alive or not. From now on it is the visitor's."""
    found = user_session.with_user(token)
    if found is None:
        return None
    g.own_session, user = found
    database.session.expunge(g.own_session)  # to be read after commits too
    return user


def has_session() -> bool:
    """Whether the cookie led to a session, alive or not."""
    return "own_session" in g


def own_session() -> UserSession:
    """The visitor's, where he has one."""
    row: UserSession = g.own_session
    return row


def begin_session(user: User, session_epoch: int, account_id: int | None) -> None:
    """At sign-in, once the password was shown. `session_epoch` is the user's at that moment:
    counting it up (password change, reset, suspension, deletion) ends every session begun before.
    """
    token = user_sessions.begin(
        user.id, session_epoch, _browser(), instead_of=session.get(TOKEN_KEY, "")
    )
    _go_on_with(token, user, account_id)


def renew_session(
    *,
    account_id: int | None = None,
    session_epoch: int | None = None,
    second_factor_passed: bool | None = None,
) -> None:
    """The same sign-in under a new token, at every change of what it opens: account, second factor,
    password. What is not given stays as it is; with the user's `session_epoch` of after a change of
    his own it is the one session that outlives the change."""
    token = user_sessions.renew(
        session[TOKEN_KEY],
        _browser(),
        session_epoch=session_epoch,
        second_factor_passed=second_factor_passed,
    )
    user = current_user._get_current_object()
    _go_on_with(token, user, account_id or session.get(ACCOUNT_KEY))


def end_session() -> None:
    """Nothing is left but the language, and a copy of the cookie is worth nothing."""
    if TOKEN_KEY in session:
        user_sessions.end(session[TOKEN_KEY])
    _forget()
    logout_user()


def _go_on_with(token: str, user: User, account_id: int | None) -> None:
    """Nothing is left of the cookie before but the language, the token of its forms neither."""
    _forget()
    login_user(user)
    session[TOKEN_KEY] = token
    find_session(token)
    if account_id is not None:
        session[ACCOUNT_KEY] = account_id
        note_entry(user, account_id, address=client_address())


def _forget() -> None:
    language = session.get(LANGUAGE_KEY)
    session.clear()
    g.pop("active_membership", None)
    g.pop("csrf_token", None)  # Flask-WTF's: a page shown after this needs a token of its own
    if language:
        session[LANGUAGE_KEY] = language


def _browser() -> Browser:
    return Browser(client_address(), request.user_agent.string)
