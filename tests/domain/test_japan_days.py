import contextlib
from datetime import UTC, date, datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.domain import japan_days
from app.domain.refusals import Refusal

DAYS = st.dates(min_value=date(1952, 1, 1), max_value=date(9000, 1, 1))
TODAY = date(2026, 5, 31)
YESTERDAY = date(2026, 5, 30)


def test_the_clock_is_aware_and_in_utc() -> None:
    with time_machine.travel(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), tick=False):
        assert clock.now() == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 5, 30, 14, 59, 59, tzinfo=UTC), date(2026, 5, 30)),
        (datetime(2026, 5, 30, 15, 0, 0, tzinfo=UTC), date(2026, 5, 31)),
    ],
)
def test_today_changes_at_midnight_in_japan(moment: datetime, day: date) -> None:
    with time_machine.travel(moment, tick=False):
        assert japan_days.today() == day


def test_a_day_in_utc() -> None:
    assert japan_days.day_start_utc(TODAY) == datetime(2026, 5, 30, 15, tzinfo=UTC)
    assert japan_days.day_end_utc(TODAY) == datetime(2026, 5, 31, 15, tzinfo=UTC)


@given(DAYS)
def test_days_meet_without_a_gap(day: date) -> None:
    start, end = japan_days.day_start_utc(day), japan_days.day_end_utc(day)
    assert (end - start).total_seconds() == 24 * 3600
    assert start.astimezone(japan_days.TOKYO).date() == day


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 5, 31), date(2026, 2, 28)),
        (date(2028, 5, 31), date(2028, 2, 29)),
        (date(2026, 11, 30), date(2026, 8, 30)),
        (date(2026, 3, 1), date(2025, 12, 1)),
        (date(2026, 1, 31), date(2025, 10, 31)),
        (date(2026, 4, 15), date(2026, 1, 15)),
    ],
)
def test_three_months_before(day: date, before: date) -> None:
    assert japan_days.three_months_before(day) == before


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 11, 26), 24, date(2024, 11, 26)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 31), 1, date(2025, 12, 31)),
        (date(2026, 12, 31), 13, date(2025, 11, 30)),
    ],
)
def test_months_before(day: date, months: int, before: date) -> None:
    assert japan_days.months_before(day, months) == before


@pytest.mark.parametrize(
    "text",
    [
        *("2026-05-03", "2026/5/3", "2026/05/03", " 2026-5-3 ", "２０２６／５／３", "2026.5.3"),
        *("2026年5月3日", "２０２６年５月３日", "2026年 5月 3日", "20260503", "2026 / 5 / 3"),
    ],
)
def test_parse_date(text: str) -> None:
    assert japan_days.parse_date(text) == date(2026, 5, 3)


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2026-02-30", "2026-13-01", "0000-01-01", "26-05-03", "2026-05-03T00"),
        *("2026年5月", "2026053", "202605031", "5/3", "2026/5/3/1"),
    ],
)
def test_parse_date_refuses(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        japan_days.parse_date(text)
    assert caught.value.code == "date_invalid"


@given(st.text())
def test_no_text_breaks_parse_date(text: str) -> None:
    with contextlib.suppress(Refusal):
        assert isinstance(japan_days.parse_date(text), date)


def test_the_delivery_log_reaches_back_three_months_to_the_day() -> None:
    japan_days.check_range(TODAY, TODAY, TODAY, up_to=TODAY)
    japan_days.check_range(date(2026, 2, 28), TODAY, TODAY, up_to=TODAY)


def test_call_counts_may_be_old_but_cover_three_months() -> None:
    japan_days.check_range(date(2025, 1, 1), date(2025, 4, 1), TODAY, up_to=YESTERDAY, any_age=True)


@pytest.mark.parametrize(
    ("start", "end", "up_to", "any_age", "code"),
    [
        (date(2026, 5, 2), date(2026, 5, 1), TODAY, False, "range_reversed"),
        (date(2026, 5, 2), date(2026, 6, 1), TODAY, False, "range_in_future"),
        (date(2026, 5, 2), TODAY, YESTERDAY, True, "range_in_future"),
        (date(2026, 2, 27), TODAY, TODAY, False, "range_too_old"),
        (date(2025, 1, 1), date(2025, 1, 2), TODAY, False, "range_too_old"),
        (date(2025, 1, 1), date(2025, 4, 2), YESTERDAY, True, "range_too_wide"),
    ],
)
def test_check_range_refuses(start: date, end: date, up_to: date, any_age: bool, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        japan_days.check_range(start, end, TODAY, up_to=up_to, any_age=any_age)
    assert caught.value.code == code
