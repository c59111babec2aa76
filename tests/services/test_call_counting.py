"""The kept counts equal the calls, whatever comes late, dies half-way or runs twice at once."""

from __future__ import annotations

import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select, update

from app import clock
from app.domain import japan_days
from app.domain.call_flow import CallState
from app.domain.call_outcomes import CallSums, outcome_of
from app.domain.refusals import Refusal
from app.domain.sms_status import MessageStatus
from app.models import call_count, call_counts, counted_day
from app.models.audit_entry import AuditEntry
from app.models.call import Call
from app.models.call_count import CallCount
from app.models.counted_day import CountedDay
from app.models.database import new_id, session, transaction
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.tenant_scope import account_scope, all_companies
from app.services import back_office_numbers, call_counting
from tests.support import factories

NOW = datetime(2025, 2, 25, 1, 0, tzinfo=UTC)  # 10:00 in Japan
DAY = date(2025, 2, 24)
NOON = datetime(2025, 2, 24, 3, 0, tzinfo=UTC)
FIRST = date(2025, 2, 18)


@pytest.fixture(autouse=True)
def clock_stands() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def number(db: object) -> IncomingNumber:
    return factories.incoming_number(factories.account())


def _count_what_is_due() -> None:
    for day in call_counting.days_due():
        call_counting.count_day(day)


def _reconcile() -> None:
    for day in call_counting.days_kept():
        call_counting.count_day(day)


def _sums(number: IncomingNumber, first: date = DAY, last: date = DAY) -> CallSums:
    with account_scope(number.account_id):
        by_number = call_counts.find(first, last, number.id).by("incoming_number_id")
    return by_number.get(number.id, CallSums())


def _kept_calls(day: date = DAY) -> int:
    with all_companies("a test"):
        return sum(values[0] for values in call_count.of_day(day).values())


def _change(table: type[Call] | type[Message] | type[CallCount], **values: object) -> None:
    with all_companies("a test"), transaction():
        session.execute(update(table).values(**values).execution_options(synchronize_session=False))


def test_what_comes_late_is_followed(number: IncomingNumber) -> None:
    factories.message(factories.call(number, started_at=NOON), status=MessageStatus.SENT)
    _count_what_is_due()
    assert _sums(number) == CallSums(calls=1, mobile=1, messages=1)
    _change(Message, status=MessageStatus.DELIVERED, opened_at=NOW)
    _count_what_is_due()
    assert _sums(number) == CallSums(calls=1, mobile=1, messages=1, delivered=1, opened=1)
    assert call_counting.corrections() == 0


def test_a_link_followed_weeks_later_is_counted_at_night(
    number: IncomingNumber, clock_stands: time_machine.Traveller
) -> None:
    factories.message(factories.call(number, started_at=NOON), status=MessageStatus.DELIVERED)
    _count_what_is_due()
    clock_stands.shift(timedelta(days=12))
    _change(Message, opened_at=clock.now())
    _count_what_is_due()
    assert _sums(number).opened == 0
    _reconcile()
    assert _sums(number).opened == 1
    assert call_counting.corrections() == 0


def test_a_day_is_counted_once_its_last_calls_have_ended(
    number: IncomingNumber, clock_stands: time_machine.Traveller
) -> None:
    last_call = datetime(2025, 2, 24, 14, 59, 59, tzinfo=UTC)
    factories.call(number, started_at=last_call, state=CallState.ASKING, recipient=None)
    clock_stands.move_to(datetime(2025, 2, 24, 15, 1, tzinfo=UTC))  # 00:01 in Japan
    _count_what_is_due()
    with all_companies("a test"):
        assert counted_day.counted(DAY, DAY) == set()
    assert _sums(number) == CallSums(calls=1, hung_up=1)  # true at this moment
    _change(Call, state=CallState.ANNOUNCED, attempt=1)
    assert _sums(number) == CallSums(calls=1, keyed_in=1)
    clock_stands.move_to(datetime(2025, 2, 24, 15, 10, tzinfo=UTC))
    _count_what_is_due()
    assert _kept_calls() == 1
    assert _sums(number) == CallSums(calls=1, keyed_in=1)


def test_days_of_long_ago_are_counted_little_by_little(
    number: IncomingNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_counting, "BACKLOG_DAYS", 4)
    factories.call(number, started_at=NOON - timedelta(days=10))
    due = call_counting.days_due()
    assert due == [DAY - timedelta(days=days) for days in range(call_counting.RECENT_DAYS + 4)]
    for _ in range(2):
        _count_what_is_due()
    assert len(call_counting.days_due()) == call_counting.RECENT_DAYS
    assert _kept_calls(DAY - timedelta(days=10)) == 1


def test_without_calls_nothing_is_due(db: object) -> None:
    assert call_counting.days_due() == []
    assert call_counting.days_kept() == []
    call_counting.close_days_before(DAY)


def test_today_is_not_due(number: IncomingNumber) -> None:
    factories.call(number, started_at=NOW)
    assert call_counting.days_due() == []


def test_a_mistake_is_mended_and_told(
    number: IncomingNumber, caplog: pytest.LogCaptureFixture
) -> None:
    sister = factories.incoming_number(factories.account())
    for called in (number, number, sister):
        factories.call(called, started_at=NOON)
    _count_what_is_due()
    with all_companies("a test"), transaction():
        session.execute(
            update(CallCount).where(CallCount.account_id == number.account_id).values(calls=7)
        )
    with caplog.at_level(logging.ERROR):
        _reconcile()
    assert _sums(number).calls == 2
    assert _sums(sister).calls == 1
    assert call_counting.corrections() == 1
    assert "7 calls were counted, there are 2" in caplog.text
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject, entry.before, entry.after) == (
        "call_counts.correct",
        "2025-02-24",
        {"calls": 7},
        {"calls": 2},
    )
    assert (entry.account_id, entry.company_id) == (number.account_id, None)
    caplog.clear()
    _reconcile()
    assert caplog.text == ""


def test_counts_that_were_lost_come_back(number: IncomingNumber) -> None:
    factories.call(number, started_at=NOON)
    _count_what_is_due()
    with all_companies("a test"), transaction():
        session.execute(delete(CallCount))
    _count_what_is_due()
    assert _sums(number).calls == 1
    assert call_counting.corrections() == 1


def test_counts_outlive_their_calls(number: IncomingNumber) -> None:
    factories.call(number, started_at=NOON - timedelta(days=3))
    factories.call(number, started_at=NOON)
    # Counted before or not: closing counts a last time.
    call_counting.close_days_before(DAY)
    with all_companies("a test"), transaction():
        session.execute(delete(Call).where(Call.started_at < japan_days.day_start_utc(DAY)))
    _reconcile()
    _count_what_is_due()
    call_counting.count_day(DAY - timedelta(days=3))
    assert _sums(number, DAY - timedelta(days=3)).calls == 2
    with all_companies("a test"), transaction():
        session.execute(delete(CountedDay).where(CountedDay.closed_at.is_(None)))
        session.execute(delete(Call))
    _reconcile()
    assert _sums(number, DAY - timedelta(days=3)).calls == 1


def test_a_number_whose_calls_were_deleted_stays_with_its_account(number: IncomingNumber) -> None:
    factories.call(number, started_at=NOON)
    _count_what_is_due()
    call_counting.close_days_before(DAY + timedelta(days=1))
    with all_companies("a test"), transaction():
        session.execute(delete(Call))
    other = factories.account()
    with all_companies("a test"):
        with pytest.raises(Refusal, match="number_in_use"):
            back_office_numbers.update_number(number.id, account_id=other.id, label="")
        with pytest.raises(Refusal, match="number_in_use"):
            back_office_numbers.delete_number(number.id)


@pytest.mark.parametrize("dies_after", ["lock", "replace"])
def test_dying_half_way_leaves_the_day_as_it_was(
    number: IncomingNumber, monkeypatch: pytest.MonkeyPatch, dies_after: str
) -> None:
    factories.call(number, started_at=NOON)
    table = counted_day if dies_after == "lock" else call_count
    real = getattr(table, dies_after)

    def dies(*arguments: object) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(table, dies_after, dies)
        with pytest.raises(KeyboardInterrupt):
            call_counting.count_day(DAY)
    assert _kept_calls() == 0
    assert _sums(number).calls == 1  # from the calls
    _count_what_is_due()
    assert _kept_calls() == 1
    assert call_counting.corrections() == 0


def test_two_workers_at_once_count_once(db: Engine, number: IncomingNumber) -> None:
    for _ in range(20):
        factories.call(number, started_at=NOON)
    together = threading.Barrier(4)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            together.wait()
            for _ in range(3):
                call_counting.count_day(DAY)
        except BaseException as error:  # a thread's own would be lost
            failed.append(error)
        finally:
            session.remove()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    assert _kept_calls() == 20
    assert call_counting.corrections() == 0


@dataclass(frozen=True)
class Told:
    """One call, begun so many minutes after FIRST; `status` is None without an SMS."""

    which: int
    minutes: int
    state: CallState
    attempt: int
    status: MessageStatus | None
    is_opened: bool

    @property
    def moment(self) -> datetime:
        return japan_days.day_start_utc(FIRST) + timedelta(minutes=self.minutes)

    @property
    def sums(self) -> CallSums:
        has_sms = self.status is not None
        return CallSums(
            calls=1,
            messages=int(has_sms),
            delivered=int(self.status is MessageStatus.DELIVERED),
            opened=int(has_sms and self.is_opened),
            **{outcome_of(self.state, self.attempt).value: 1},
        )


CALLS = st.lists(
    st.builds(
        Told,
        st.integers(0, 2),
        st.integers(0, 7 * 24 * 60 - 1),
        st.sampled_from(list(CallState)),
        st.integers(0, 3),
        st.none() | st.sampled_from(list(MessageStatus)),
        st.booleans(),
    ),
    max_size=15,
)
WEEK = [FIRST + timedelta(days=days) for days in range(7)]
SOME_DAYS = st.lists(st.sampled_from(WEEK), max_size=5)


@pytest.mark.slow
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(early=CALLS, counted_first=SOME_DAYS, late=CALLS, counted_then=SOME_DAYS)
def test_the_counts_are_the_calls(
    numbers: list[IncomingNumber],
    early: list[Told],
    counted_first: list[date],
    late: list[Told],
    counted_then: list[date],
) -> None:
    """Calls come and are counted, all SMS arrive, more calls come to days that nobody has counted;
    in between, some days are counted again, in any order."""
    _forget_all()
    _write(numbers, early)
    _count(counted_first)
    _check(numbers, early)
    _change(Message, status=MessageStatus.DELIVERED, opened_at=NOW)
    arrived = [
        replace(told, status=told.status and MessageStatus.DELIVERED, is_opened=True)
        for told in early
    ]
    late = [told for told in late if _day(told) not in counted_first]
    _write(numbers, late)
    _count(counted_then)
    _count(counted_first)
    _check(numbers, arrived + late)
    _reconcile()
    _check(numbers, arrived + late)
    assert call_counting.corrections() == 0


@pytest.fixture
def numbers(db: Engine) -> list[IncomingNumber]:
    """Of two accounts of one company and of another company."""
    company = factories.company()
    accounts = [factories.account(of=company), factories.account(of=company), factories.account()]
    return [factories.incoming_number(account) for account in accounts]


def _count(days: list[date]) -> None:
    for day in days:
        call_counting.count_day(day)


def _day(told: Told) -> date:
    return told.moment.astimezone(japan_days.TOKYO).date()


def _forget_all() -> None:
    with all_companies("a test"), transaction():
        for table in (Message, Call, CallCount, CountedDay):
            session.execute(delete(table))


def _write(numbers: list[IncomingNumber], calls: list[Told]) -> None:
    """All in one transaction: the factories' one for each row would take minutes."""
    with all_companies("a test"), transaction():
        for told in calls:
            number = numbers[told.which]
            call = Call(
                id=new_id(),
                account_id=number.account_id,
                incoming_number_id=number.id,
                provider_call_id=new_id().hex,
                called=number.number,
                state=told.state,
                attempt=told.attempt,
                started_at=told.moment,
            )
            session.add(call)
            session.flush()
            if told.status is not None:
                session.add(_message(call, told))


def _message(call: Call, told: Told) -> Message:
    return Message(
        account_id=call.account_id,
        call_id=call.id,
        incoming_number=call.called,
        sender=factories.SENDER,
        recipient=factories.MOBILE,
        body="",
        text="",
        units=0,
        parts=1,
        status=told.status,
        opened_at=NOW if told.is_opened else None,
    )


def _check(numbers: list[IncomingNumber], calls: list[Told]) -> None:
    """By day, by number and by hour, in each account."""
    for which, number in enumerate(numbers):
        by_day: dict[date, CallSums] = defaultdict(CallSums)
        hours: Counter[int] = Counter()
        for told in calls:
            if told.which == which:
                by_day[_day(told)] += told.sums
                hours[told.moment.astimezone(japan_days.TOKYO).hour] += 1
        with account_scope(number.account_id):
            found = call_counts.find(WEEK[0], WEEK[-1])
            assert found.by("day") == by_day
            assert found.by("day", "incoming_number_id") == {
                (day, number.id): sums for day, sums in by_day.items()
            }
            assert found.by_day_and_hour()[1] == [hours[hour] for hour in range(24)]
