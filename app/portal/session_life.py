"""How long a session lives: until the user's epoch moves on, or nothing was done for a while."""

from __future__ import annotations

from flask import current_app, request, session

from app import clock
from app.models.user import User
from app.portal.active_membership import EPOCH_KEY, SEEN_KEY

IDLE_S = "SESSION_IDLE_S"  # names in app.config
WARN_BEFORE_S = "SESSION_WARN_BEFORE_S"
BACKGROUND_HEADER = "X-Background"
NOTES_PER_IDLE = 30  # activity is noted once a minute of 30: not each answer sets the cookie anew


def is_alive(user: User) -> bool:
    """Whether the session in the cookie is still one of `user`'s."""
    return (
        user.is_active
        and user.deleted_at is None
        and session.get(EPOCH_KEY) == user.session_epoch
        and not is_idle()
    )


def is_idle() -> bool:
    """Whether there is a session in which nothing was done for too long."""
    return SEEN_KEY in session and seconds_left() <= 0


def seconds_left() -> int:
    """Until the session ends for want of activity; 0 or less when it has."""
    return int(session[SEEN_KEY] + current_app.config[IDLE_S] - clock.now().timestamp())


def idle_minutes() -> int:
    """How long a session may lie idle, in whole minutes."""
    return int(current_app.config[IDLE_S] // 60)


def note_activity() -> None:
    """This request is the user's own doing, unless a script says that it asks by itself."""
    if BACKGROUND_HEADER in request.headers:
        return
    if current_app.config[IDLE_S] - seconds_left() >= current_app.config[IDLE_S] / NOTES_PER_IDLE:
        stay()


def stay() -> None:
    """Count the idle time from now."""
    session[SEEN_KEY] = int(clock.now().timestamp())
