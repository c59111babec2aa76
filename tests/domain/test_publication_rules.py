"""From when to when a planned publication is heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.publication_rules import Period, check_comment, check_period, parse_moment
from app.domain.refusals import Refusal

NOW = datetime(2025, 2, 21, 0, 30, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "clock_time", "utc"),
    [
        ("2025-12-29", "00:00", datetime(2025, 12, 28, 15, tzinfo=UTC)),
        ("2026-01-01", "00:00", datetime(2025, 12, 31, 15, tzinfo=UTC)),
        ("2025-02-28", "23:59", datetime(2025, 2, 28, 14, 59, tzinfo=UTC)),
        ("2024-02-29", "9:05", datetime(2024, 2, 29, 0, 5, tzinfo=UTC)),
        ("2025/3/1", "08:59:00", datetime(2025, 2, 28, 23, 59, tzinfo=UTC)),
        ("2025/12/29", "９:00", datetime(2025, 12, 29, 0, tzinfo=UTC)),
    ],
)
def test_a_moment_in_japan(day: str, clock_time: str, utc: datetime) -> None:
    assert parse_moment(day, clock_time) == utc


@pytest.mark.parametrize(
    ("day", "clock_time", "code"),
    [
        ("", "9:00", "date_invalid"),
        ("2025-02-29", "9:00", "date_invalid"),
        ("2025-02-28", "", "time_invalid"),
        ("2025-02-28", "24:00", "time_invalid"),
        ("2025-02-28", "9", "time_invalid"),
        ("0001-01-01", "0:00", "time_invalid"),
    ],
)
def test_what_is_no_moment(day: str, clock_time: str, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        parse_moment(day, clock_time)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (Period(at(1), at(3)), Period(at(2), at(4)), True),
        (Period(at(1), at(4)), Period(at(2), at(3)), True),
        (Period(at(1), at(2)), Period(at(2), at(3)), False),
        (Period(at(1)), Period(at(1)), True),
        (Period(at(1)), Period(at(2)), False),
        (Period(at(2)), Period(at(1), at(3)), True),
        (Period(at(3)), Period(at(1), at(3)), False),
    ],
)
def test_overlapping(one: Period, other: Period, overlap: bool) -> None:
    assert one.overlaps(other) is overlap
    assert other.overlaps(one) is overlap


@pytest.mark.parametrize(
    ("period", "code"),
    [
        (Period(NOW), "plan_starts_in_past"),
        (Period(at(-1), at(1)), "plan_starts_in_past"),
        (Period(at(2), at(2)), "plan_ends_before_start"),
        (Period(at(2), at(1)), "plan_ends_before_start"),
        (Period(at(24 * 367)), "plan_too_far"),
        (Period(at(1), at(24 * 367)), "plan_too_far"),
        (Period(at(9), at(12)), "plan_overlaps"),
    ],
)
def test_a_period_is_refused(period: Period, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        check_period(period, NOW, [Period(at(10), at(11))])


def test_periods_may_touch() -> None:
    check_period(Period(at(1), at(10)), NOW, [Period(at(10), at(11))])


def test_a_long_comment_is_refused() -> None:
    check_comment("あ" * 200)
    with pytest.raises(Refusal, match="comment_too_long"):
        check_comment("あ" * 201)
