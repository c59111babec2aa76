"""着信件数: kept counts and counts made on the fly tell the same, in Japan's days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import Engine, event

from app.domain.call_flow import CallState
from app.domain.call_outcomes import CallSums
from app.domain.sms_status import MessageStatus
from app.models import call_counts
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import account_scope
from app.services import call_counting
from tests.support import factories

DAY = date(2025, 2, 21)
NOON = datetime(2025, 2, 21, 3, 0, tzinfo=UTC)
MUCH_LATER = datetime(2025, 4, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock_stands() -> Iterator[None]:
    with time_machine.travel(MUCH_LATER, tick=False):
        yield


@pytest.fixture(params=["kept", "on_the_fly"])
def is_kept(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "kept")


@pytest.fixture
def number(db: object) -> IncomingNumber:
    return factories.incoming_number(factories.account())


def _find(
    is_kept: bool, first: date, last: date, number: IncomingNumber | None = None
) -> call_counts.FoundCalls:
    if is_kept:
        for days in range((last - first).days + 1):
            call_counting.count_day(first + timedelta(days=days))
    found = call_counts.find(first, last, number.id if number else None)
    assert not (is_kept and found.live)
    return found


def test_every_call_counts_once_however_it_ended(number: IncomingNumber, is_kept: bool) -> None:
    for state in CallState:
        factories.call(number, state=state, recipient=None, started_at=NOON)
    with account_scope(number.account_id):
        found = _find(is_kept, DAY, DAY, number)
        sums = found.by("incoming_number_id")
        hours = found.by_day_and_hour()[1]
    assert sums == {
        number.id: CallSums(
            calls=6, mobile=1, gave_up=1, hung_up=1, limited=1, suppressed=1, notice=1
        )
    }
    assert hours == [6 if hour == 12 else 0 for hour in range(24)]


def test_what_became_of_the_sms(number: IncomingNumber, is_kept: bool) -> None:
    for status in (MessageStatus.DELIVERED, MessageStatus.FAILED, MessageStatus.WAITING):
        factories.message(factories.call(number, started_at=NOON), status=status)
    factories.call(number, started_at=NOON, state=CallState.ASKING, recipient=None)
    with account_scope(number.account_id):
        (sums,) = _find(is_kept, DAY, DAY, number).by("day").values()
    assert (sums.calls, sums.messages, sums.delivered, sums.opened) == (4, 3, 1, 0)


def test_versions_are_told_apart(number: IncomingNumber, is_kept: bool) -> None:
    flow = factories.published_flow(number)
    for _ in range(2):
        factories.call(number, started_at=NOON, flow=flow)
    factories.call(number, started_at=NOON)
    with account_scope(number.account_id):
        by_version = _find(is_kept, DAY, DAY, number).by("flow_version_id")
    assert {key: sums.calls for key, sums in by_version.items()} == {
        flow.published_version_id: 2,
        0: 1,
    }


# The last moment of a day in Japan, and the first of the next.
BOUNDARIES = (
    (datetime(2025, 2, 20, 14, 59, 59, 999999, tzinfo=UTC), date(2025, 2, 20), 23),
    (datetime(2025, 2, 20, 15, 0, tzinfo=UTC), date(2025, 2, 21), 0),
    (datetime(2024, 2, 28, 15, 0, tzinfo=UTC), date(2024, 2, 29), 0),
    (datetime(2024, 2, 29, 14, 59, 59, 999999, tzinfo=UTC), date(2024, 2, 29), 23),
    (datetime(2024, 2, 29, 15, 0, tzinfo=UTC), date(2024, 3, 1), 0),
    (datetime(2024, 12, 31, 14, 59, 59, 999999, tzinfo=UTC), date(2024, 12, 31), 23),
    (datetime(2024, 12, 31, 15, 0, tzinfo=UTC), date(2025, 1, 1), 0),
    (datetime(2025, 1, 31, 14, 59, 59, 999999, tzinfo=UTC), date(2025, 1, 31), 23),
    (datetime(2025, 1, 31, 15, 0, tzinfo=UTC), date(2025, 2, 1), 0),
)


def test_days_and_hours_are_japans(db: object, is_kept: bool) -> None:
    account = factories.account()
    called = {moment: factories.incoming_number(account) for moment, _day, _hour in BOUNDARIES}
    for moment, number in called.items():
        factories.call(number, started_at=moment)
    if is_kept:
        for _moment, day, _hour in BOUNDARIES:
            for days in (-1, 0, 1):
                call_counting.count_day(day + timedelta(days=days))
    with account_scope(account.id):
        for moment, day, hour in BOUNDARIES:
            around = (day - timedelta(days=1), day + timedelta(days=1))
            found = call_counts.find(*around, called[moment].id)
            assert {key: sums.calls for key, sums in found.by("day").items()} == {day: 1}
            assert found.by_day_and_hour()[1] == [1 if each == hour else 0 for each in range(24)]
            for empty in around:
                assert call_counts.find(empty, empty, called[moment].id).by("day") == {}


def test_kept_days_and_uncounted_ones_add_up(number: IncomingNumber) -> None:
    for days in (0, 1, 1, 3, 3, 3):
        factories.call(number, started_at=NOON + timedelta(days=days))
    call_counting.count_day(DAY + timedelta(days=1))
    with account_scope(number.account_id):
        found = call_counts.find(DAY, DAY + timedelta(days=5), number.id)
        by_day = found.by("day")
        assert {key.day: sums.calls for key, sums in by_day.items()} == {21: 1, 22: 2, 24: 3}
        assert found.by("incoming_number_id")[number.id].calls == 6
        assert found.calls_by_number() == {number.id: 6}
        assert found.by_day_and_hour()[1][12] == 6
        assert len(found.live) == 2


def test_a_day_counted_while_we_look_is_not_told_twice(number: IncomingNumber) -> None:
    factories.call(number, started_at=NOON)
    with account_scope(number.account_id):
        found = call_counts.find(DAY, DAY, number.id)
        call_counting.count_day(DAY)
        assert found.by("day")[DAY].calls == 1
        assert sum(found.by_day_and_hour()[1]) == 1


def test_no_stranger_and_no_sister_account(number: IncomingNumber, is_kept: bool) -> None:
    company = factories.company()
    mine, sisters = (factories.incoming_number(factories.account(of=company)) for _ in range(2))
    for called in (number, mine, sisters, sisters):
        factories.message(factories.call(called, started_at=NOON), status=MessageStatus.DELIVERED)
    with account_scope(mine.account_id):
        found = _find(is_kept, DAY, DAY)
        assert {key: sums.delivered for key, sums in found.by("incoming_number_id").items()} == {
            mine.id: 1
        }
        assert sum(found.by_day_and_hour()[1]) == 1
        for others in (sisters, number):
            assert _find(is_kept, DAY, DAY, others).by("day") == {}


def test_three_months_cost_as_many_statements_as_a_day(db: Engine, number: IncomingNumber) -> None:
    for days in range(0, 92, 3):  # every third day is missing, each apart
        factories.call(number, started_at=NOON - timedelta(days=days))
        call_counting.count_day(DAY - timedelta(days=days + 1))
    sent: list[str] = []
    event.listen(
        db, "before_cursor_execute", lambda _c, _u, statement, *_rest: sent.append(statement)
    )
    with account_scope(number.account_id):
        found = call_counts.find(DAY - timedelta(days=91), DAY, number.id)
        calls = sum(found.by_day_and_hour()[1])
        assert calls == found.by("incoming_number_id")[number.id].calls == 31
    assert len([each for each in sent if each.startswith("SELECT")]) == 4
