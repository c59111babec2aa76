"""The only reader of the time: everything else asks here, so a test can freeze it."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, timezone-aware, in UTC."""
    return datetime.now(UTC)
