"""How long what is good for signing in, and how many mistakes are allowed (SPEC §4)."""

from __future__ import annotations

from datetime import datetime, timedelta

MAX_FAILED = 5
"""Wrong passwords or codes in a row; the last of them locks."""
LOCK = timedelta(minutes=30)
TEMPORARY_VALID = timedelta(days=14)
PASSWORD_VALID = timedelta(days=90)
RESET_VALID = timedelta(hours=1)
MAX_WRONG_RESET_CODES = 5
IDLE = timedelta(minutes=30)
WARN_BEFORE = timedelta(minutes=2)
LONGEST_SESSION = timedelta(hours=12)
"""From the password to the next time it is asked for, however much was done between."""
SESSION_KEPT = timedelta(days=90)
"""How long the database remembers a session that was used last then."""


def must_change_password(*, set_at: datetime, is_temporary: bool, now: datetime) -> bool:
    """Whether a new password has to be chosen before anything else opens."""
    return is_temporary or now >= set_at + PASSWORD_VALID


def temporary_has_expired(*, set_at: datetime, is_temporary: bool, now: datetime) -> bool:
    """Whether the password is a temporary one that was not used in time."""
    return is_temporary and now >= set_at + TEMPORARY_VALID


def is_locked(locked_until: datetime | None, now: datetime) -> bool:
    """A lock opens by itself: one whose time has come is none."""
    return locked_until is not None and now < locked_until
