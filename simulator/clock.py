"""The only reader of the time of day here."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
