"""How long a session lives: until it is ended, nothing was done for a while, or its day is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum, auto

from flask import current_app, request

from app import clock
from app.domain import sign_in_rules
from app.models import user_session
from app.models.user import User
from app.models.user_session import UserSession
from app.portal.own_session import find_session, has_session, own_session
from app.services import user_sessions

IDLE_S = "SESSION_IDLE_S"  # names in app.config
WARN_BEFORE_S = "SESSION_WARN_BEFORE_S"
BACKGROUND_HEADER = "X-Background"
NOTES_PER_IDLE = 30  # activity is noted once a minute of 30: not each request writes


class Expiry(Enum):
    IDLE = auto()
    TOO_OLD = auto()


def load_user(token: str) -> User | None:
    """The signed-in user while the session is alive: suspended or deleted means signed out."""
    user = find_session(token)
    if user is None or not user.is_active or user.deleted_at is not None:
        return None
    row = own_session()
    is_ended = row.ended_at is not None or row.session_epoch != user.session_epoch
    return None if is_ended or expiry() else user


def expiry() -> Expiry | None:
    """Why the visitor's session is over by its age; None while it is not, and without one."""
    if not has_session():
        return None
    row = own_session()
    if row.seen_at <= _alive_if_seen_after():
        return Expiry.IDLE
    return Expiry.TOO_OLD if row.began_at <= _alive_if_begun_after() else None


def alive_of(user: User) -> Sequence[UserSession]:
    """All sessions of the user that still open something."""
    return user_session.alive_of(
        user, seen_after=_alive_if_seen_after(), began_after=_alive_if_begun_after()
    )


def seconds_left() -> int:
    """Until the session ends for want of activity; 0 or less when it has."""
    return int((own_session().seen_at - _alive_if_seen_after()).total_seconds())


def idle_minutes() -> int:
    """How long a session may lie idle, in whole minutes."""
    return int(current_app.config[IDLE_S] // 60)


def longest_hours() -> int:
    """How long a session may last in all."""
    return sign_in_rules.LONGEST_SESSION // timedelta(hours=1)


def note_activity() -> None:
    """This request is the user's own doing, unless a script says that it asks by itself."""
    if BACKGROUND_HEADER in request.headers:
        return
    if clock.now() - own_session().seen_at >= _idle() / NOTES_PER_IDLE:
        stay()


def stay() -> None:
    """Count the idle time from now."""
    row = own_session()
    user_sessions.note_activity(row.id)
    row.seen_at = clock.now()


def _idle() -> timedelta:
    return timedelta(seconds=current_app.config[IDLE_S])


def _alive_if_seen_after() -> datetime:
    return clock.now() - _idle()


def _alive_if_begun_after() -> datetime:
    return clock.now() - sign_in_rules.LONGEST_SESSION
