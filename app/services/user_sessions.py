"""Sessions: begun at sign-in, renewed under another token, ended."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from app import clock
from app.domain import sign_in_rules
from app.domain.refusals import Refusal
from app.models import user_session
from app.models.database import session, transaction
from app.models.user_session import LONGEST_USER_AGENT, UserSession
from app.services import audit, sign_in_lock

TOKEN_BYTES = 32


@dataclass(frozen=True)
class Browser:
    """What is known of the other side: its IP address, and what it calls itself."""

    address: str
    user_agent: str


def begin(user_id: int, session_epoch: int, browser: Browser, *, instead_of: str = "") -> str:
    """A session of somebody who has just given his password; returns its token.

    `session_epoch` is the user's at that moment. The session with the token `instead_of`, which
    the browser had until now, ends.
    """
    now = clock.now()
    with transaction():
        user_session.end_by_token(instead_of, now)
        return _add(
            browser,
            user_id=user_id,
            session_epoch=session_epoch,
            second_factor_passed=False,
            began_at=now,
            ended_at=None,
        )


def renew(
    token: str,
    browser: Browser,
    *,
    session_epoch: int | None = None,
    second_factor_passed: bool | None = None,
) -> str:
    """The same sign-in goes on under a new token, returned; the one known before is worth nothing.

    What is not given stays as it was. A session that another request ended meanwhile stays ended.
    """
    with transaction():
        before = user_session.lock_by_token(token)
        renewed = _add(
            browser,
            user_id=before.user_id,
            session_epoch=before.session_epoch if session_epoch is None else session_epoch,
            second_factor_passed=(
                before.second_factor_passed
                if second_factor_passed is None
                else second_factor_passed
            ),
            began_at=before.began_at,
            ended_at=before.ended_at,
        )
        before.ended_at = before.ended_at or clock.now()
        return renewed


def note_activity(session_id: int) -> None:
    with transaction():
        user_session.note_seen(session_id, clock.now())


def end(token: str) -> None:
    with transaction():
        user_session.end_by_token(token, clock.now())


def end_one(user_id: int, session_id: int, password: str) -> None:
    """Raises Refusal("row_gone") when the user has no such session any more, and those of
    `sign_in_lock.checked_password`."""
    with sign_in_lock.checked_password(user_id, password) as user:
        ended = user_session.end_one_of(user.id, session_id, clock.now())
        if ended is None:
            raise Refusal("row_gone")
        audit.record_of_user("session.end", user, before={"address": ended.address})


def end_others(user_id: int, own_session_id: int, password: str) -> None:
    """Raises Refusal as `sign_in_lock.checked_password` does."""
    with sign_in_lock.checked_password(user_id, password) as user:
        user_session.end_others_of(user.id, own_session_id, clock.now())
        audit.record_of_user("session.end_others", user)


def delete_old() -> None:
    """Nobody asks any more where somebody was logged in so long ago."""
    with transaction():
        user_session.delete_seen_before(clock.now() - sign_in_rules.SESSION_KEPT)


def _add(browser: Browser, **values: object) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        UserSession(
            token_hash=user_session.hash_of(token),
            seen_at=clock.now(),
            address=browser.address,
            user_agent=browser.user_agent[:LONGEST_USER_AGENT],
            **values,
        )
    )
    return token
