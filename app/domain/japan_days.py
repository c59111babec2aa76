"""Days of the calendar in Japan, and the ranges of them that the search forms accept."""

import calendar
import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app import clock
from app.domain.refusals import Refusal

TOKYO = ZoneInfo("Asia/Tokyo")

_MONTHS_SEARCHED = 3
_DATE = re.compile(
    r"([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2}) ?日?|([0-9]{4})([0-9]{2})([0-9]{2})"
)


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
    """As far back as the search forms reach."""
    return months_before(day, _MONTHS_SEARCHED)


def months_before(day: date, months: int) -> date:
    """The same day of the month so many calendar months earlier, or that month's last day.

    Three before 31 May is 28 (29) February, before 30 November 30 August.
    """
    since_year_0 = day.year * 12 + day.month - 1 - months
    year, month = since_year_0 // 12, since_year_0 % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def parse_date(text: str) -> date:
    """A date as a form sends it (2025-02-21) or a person types it (2025/2/21, 2025年2月21日,
    20250221; full width too).

    Raises Refusal("date_invalid", text=…).
    """
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise Refusal("date_invalid", text=text)
    try:
        return date(*(int(digits) for digits in match.groups() if digits))
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
