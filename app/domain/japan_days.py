"""Days of the calendar in Japan, and the ranges of them that the search forms accept."""

import calendar
import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app import clock
from app.domain.refusals import Refusal

TOKYO = ZoneInfo("Asia/Tokyo")

_MONTHS_KEPT = 3
_DATE = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")


def today() -> date:
    """The date in Japan at this moment."""
    return clock.now().astimezone(TOKYO).date()


def day_start_utc(day: date) -> datetime:
    """The first moment of a Japanese day, in UTC."""
    return datetime.combine(day, time.min, TOKYO).astimezone(UTC)


def day_end_utc(day: date) -> datetime:
    """The first moment after a Japanese day, in UTC: compare with `<`."""
    return day_start_utc(day + timedelta(days=1))


def three_months_before(day: date) -> date:
    """The same day of the month three calendar months earlier, or that month's last day.

    31 May → 28 (29) February; 30 November → 30 August.
    """
    months = day.year * 12 + day.month - 1 - _MONTHS_KEPT
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def parse_date(text: str) -> date:
    """A date as a form sends it (2025-02-21) or a person types it (2025/2/21, full width too).

    Raises Refusal("date_invalid", text=…).
    """
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise Refusal("date_invalid", text=text)
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        raise Refusal("date_invalid", text=text) from None


def check_range(start: date, end: date, today: date, *, up_to: date, any_age: bool = False) -> None:
    """Refuse a range of days (both ends included) that a search form does not offer.

    `up_to` is the last day on offer. The delivery log reaches three months back from today
    (range_too_old); call counts, `any_age`, may begin earlier but cover at most three months
    (range_too_wide). Raises Refusal with those codes, range_reversed or range_in_future.
    """
    if start > end:
        raise Refusal("range_reversed", start=start, end=end)
    if end > up_to:
        raise Refusal("range_in_future", end=end, latest=up_to)
    if any_age and start < three_months_before(end):
        raise Refusal("range_too_wide", earliest=three_months_before(end))
    if not any_age and start < three_months_before(today):
        raise Refusal("range_too_old", start=start, earliest=three_months_before(today))
