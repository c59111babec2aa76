"""Rules of publishing: the comment, and from when to when a planned version is heard (予約公開)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from app.domain.japan_days import TOKYO, parse_date
from app.domain.refusals import Refusal

MAX_COMMENT_CHARACTERS = 200
MAX_WAITING_PLANS = 20
LONGEST_AHEAD = timedelta(days=366)
_MINUTE = timedelta(minutes=1)
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?")


@dataclass(frozen=True)
class Period:
    """In UTC; without an end, what begins stays."""

    starts_at: datetime
    ends_at: datetime | None = None

    def overlaps(self, other: Period) -> bool:
        """A period may begin in the minute in which another one ends."""
        return self.starts_at < other._taken_until() and other.starts_at < self._taken_until()

    def _taken_until(self) -> datetime:
        return self.ends_at or self.starts_at + _MINUTE


def parse_moment(day: str, clock_time: str) -> datetime:
    """A date and a time in Japan, as the browser's inputs send them, in UTC.

    Raises Refusal("date_invalid") or Refusal("time_invalid").
    """
    on = parse_date(day)
    match = _TIME.fullmatch(unicodedata.normalize("NFKC", clock_time).strip())
    if match is None:
        raise Refusal("time_invalid", text=clock_time)
    try:
        at = time(int(match[1]), int(match[2]))
        return datetime.combine(on, at, TOKYO).astimezone(UTC)
    except (ValueError, OverflowError):  # 25:00; the year 1
        raise Refusal("time_invalid", text=clock_time) from None


def check_comment(comment: str) -> None:
    """Raises Refusal("comment_too_long")."""
    if len(comment) > MAX_COMMENT_CHARACTERS:
        raise Refusal("comment_too_long", longest=MAX_COMMENT_CHARACTERS)


def check_period(period: Period, now: datetime, others: Collection[Period]) -> None:
    """Refuse a period that lies in the past or too far ahead, is reversed, or overlaps another.

    Raises Refusal with plan_starts_in_past, plan_ends_before_start, plan_too_far or plan_overlaps.
    """
    if period.starts_at <= now:
        raise Refusal("plan_starts_in_past")
    if period.ends_at is not None and period.ends_at <= period.starts_at:
        raise Refusal("plan_ends_before_start")
    latest = now + LONGEST_AHEAD
    if max(period.starts_at, period.ends_at or period.starts_at) > latest:
        raise Refusal("plan_too_far", latest=latest)
    for other in others:
        if period.overlaps(other):
            raise Refusal("plan_overlaps", starts_at=other.starts_at)
