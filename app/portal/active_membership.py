"""The account somebody works in, and as what.

Looked up anew in every request, so a role taken away is gone at the next click.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, session
from flask_login import current_user, login_user, logout_user

from app import clock
from app.domain.roles import RIGHTS, Right, Role
from app.models import membership as membership_table
from app.models.membership import Membership
from app.models.user import User
from app.portal.client_address import client_address
from app.services.account_entry import note_entry

ACCOUNT_KEY = "account_id"
EPOCH_KEY = "epoch"  # the user's session_epoch when the session began
SEEN_KEY = "seen_at"  # unix seconds of the last activity
SECOND_FACTOR_KEY = "second_factor"  # whether a second factor was shown in this session
LANGUAGE_KEY = "locale"  # where Flask-AppBuilder's language selector looks


@dataclass(frozen=True)
class ActiveMembership:
    """The chosen account with what the page says about it."""

    account_id: int
    account_name: str
    has_softbank_sender: bool
    company_id: int
    company_name: str
    company_requires_totp: bool
    members_delete_published: bool
    role: Role

    @classmethod
    def of(cls, row: Membership) -> ActiveMembership:
        company = row.account.company
        return cls(
            account_id=row.account_id,
            account_name=row.account.name,
            has_softbank_sender=row.account.has_softbank_sender,
            company_id=company.id,
            company_name=company.name,
            company_requires_totp=company.requires_totp,
            members_delete_published=row.account.may_members_delete_published,
            role=row.role,
        )

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    @property
    def may_delete_published(self) -> bool:
        """Whether he may delete a flow that callers hear."""
        return self.members_delete_published or self.may(Right.PUBLISH_FLOWS)


def active_membership() -> ActiveMembership | None:
    """What the user is in the account he chose; None without one, or when it was taken away."""
    if "active_membership" not in g:
        g.active_membership = _look_up()
    found: ActiveMembership | None = g.active_membership
    return found


def _look_up() -> ActiveMembership | None:
    account_id = session.get(ACCOUNT_KEY)
    if account_id is None or not current_user.is_authenticated:
        return None
    row = membership_table.of_user_in_account(current_user.id, account_id)
    return ActiveMembership.of(row) if row else None


def only_account_of(user_id: int) -> int | None:
    """The account of a user who has exactly one: there is nothing to choose."""
    memberships = membership_table.of_user(user_id)
    return memberships[0].account_id if len(memberships) == 1 else None


def begin_session(
    user: User, account_id: int | None = None, *, second_factor_passed: bool = False
) -> None:
    """Begin a session of `user`: at sign-in, after a second factor, after a password change, and at
    each change of account (`switch_account`).

    Nothing is left of the one before but the language, the token of its forms neither. The session
    is the signed cookie itself; it names the user's `session_epoch` of this moment, so counting
    that up (password change, reset, suspension, deletion) ends every session, copies of cookies
    included, but the one begun afterwards.
    """
    _forget_session()
    session[EPOCH_KEY] = user.session_epoch
    session[SEEN_KEY] = int(clock.now().timestamp())
    session[SECOND_FACTOR_KEY] = second_factor_passed
    if account_id is not None:
        session[ACCOUNT_KEY] = account_id
    login_user(user)
    if account_id is not None:
        note_entry(user, account_id, address=client_address())


def switch_account(account_id: int) -> None:
    """Begin a new session of the same user in this account; a second factor he showed counts on."""
    begin_session(
        current_user._get_current_object(),
        account_id,
        second_factor_passed=bool(session.get(SECOND_FACTOR_KEY)),
    )


def end_session() -> None:
    """Sign out: nothing is left but the language.

    It ends this browser's session and leaves the user's others alone. A copy of the cookie made
    before works on until it lies idle for too long or the user's `session_epoch` is counted up:
    sessions are kept in cookies only, and counting up at each sign-out would throw the same user
    out of every other browser.
    """
    _forget_session()
    logout_user()


def _forget_session() -> None:
    language = session.get(LANGUAGE_KEY)
    session.clear()
    g.pop("active_membership", None)
    g.pop("csrf_token", None)  # Flask-WTF's: a page shown after this needs a token of its own
    if language:
        session[LANGUAGE_KEY] = language
