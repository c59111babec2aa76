"""What is older than it may be is deleted, with all that hangs on it, and nothing else."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app.domain.sms_status import NOT_HANDED_OVER, OPEN_STATUSES, MessageStatus
from app.models import past_calls
from app.models.call import Call
from app.models.call_count import CallCount
from app.models.database import Base, session, transaction
from app.models.incoming_number import IncomingNumber
from app.models.link_click import LinkClick
from app.models.log_pages import Place
from app.models.message import Message
from app.models.send_attempt import SendAttempt
from app.models.short_url import ShortUrl
from app.models.tenant_scope import all_companies
from app.services import retention
from tests.support import factories
from worker import nightly_tasks

pytestmark = pytest.mark.usefixtures("db")

MONTHS = 24
NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
FIRST_KEPT = datetime(2024, 11, 25, 15, 0, tzinfo=UTC)  # midnight in Japan
TABLES = (Call, Message, SendAttempt, ShortUrl, LinkClick)


@pytest.fixture(autouse=True)
def _at_noon(frozen: time_machine.Traveller) -> None:
    frozen.move_to(NOW)


@pytest.fixture
def number(db: object) -> IncomingNumber:
    return factories.incoming_number(factories.account())


def whole_call(
    number: IncomingNumber, at: datetime, status: MessageStatus = MessageStatus.DELIVERED
) -> uuid.UUID:
    """A call with a row in every table."""
    call = factories.call(number, started_at=at)
    message = factories.message(
        call, accepted_at=at, status=status, provider_id=str(uuid.uuid4()), attempts=1
    )
    url = factories.short_url(message, uuid.uuid4().hex[:8])
    with all_companies("a test's row"), transaction():
        session.add(
            LinkClick(
                code=url.code,
                account_id=url.account_id,
                at=at,
                user_agent="",
                is_bot=False,
                address_hash="",
            )
        )
    return call.id


def delete_all() -> int:
    """How many batches it took."""
    place, batches = retention.delete_batch(MONTHS, None), 1
    while place is not None:
        place, batches = retention.delete_batch(MONTHS, place), batches + 1
    return batches


def counts() -> list[int]:
    with all_companies("test"):
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def calls_left() -> set[uuid.UUID]:
    with all_companies("test"):
        return set(session.scalars(select(Call.id)))


def test_the_first_day_kept_begins_at_midnight_in_japan(number: IncomingNumber) -> None:
    whole_call(number, FIRST_KEPT - timedelta(microseconds=1))
    kept = whole_call(number, FIRST_KEPT)
    delete_all()
    assert calls_left() == {kept}
    assert counts() == [1] * len(TABLES)


def test_all_accounts_and_calls_of_none(
    number: IncomingNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    long_ago = FIRST_KEPT - timedelta(days=9)
    other = factories.incoming_number(factories.account())
    for _ in range(4):
        whole_call(number, long_ago)  # the same moment: batches are cut between them
        whole_call(other, long_ago + timedelta(days=1))
    unknown = factories.call(number, started_at=long_ago, recipient=None)
    with all_companies("test"), transaction():
        row = session.get_one(Call, unknown.id)
        row.account_id = row.incoming_number_id = None
    kept = {whole_call(number, NOW), whole_call(other, NOW)}
    assert delete_all() == 4
    assert calls_left() == kept
    assert counts() == [2] * len(TABLES)


@pytest.mark.parametrize("status", sorted(OPEN_STATUSES - NOT_HANDED_OVER))
def test_a_result_that_never_came_is_not_waited_for(
    number: IncomingNumber, status: MessageStatus
) -> None:
    whole_call(number, FIRST_KEPT - timedelta(days=1), status)
    delete_all()
    assert calls_left() == set()
    assert counts() == [0] * len(TABLES)


@pytest.mark.parametrize("status", sorted(NOT_HANDED_OVER))
def test_what_may_still_be_handed_over_stays(
    number: IncomingNumber, status: MessageStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    still_open = whole_call(number, FIRST_KEPT - timedelta(days=30), status)
    for days in range(1, 4):
        whole_call(number, FIRST_KEPT - timedelta(days=days))
    delete_all()
    assert calls_left() == {still_open}
    assert counts() == [1] * len(TABLES)


def test_a_call_without_an_sms(number: IncomingNumber) -> None:
    factories.call(number, started_at=FIRST_KEPT - timedelta(days=1), recipient=None)
    delete_all()
    assert calls_left() == set()


def test_dead_in_the_middle_nothing_hangs_in_the_air(
    number: IncomingNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_call(number, FIRST_KEPT - timedelta(days=1))

    def die(table: type[Base], *_: object) -> None:
        if table is Message:
            raise MemoryError
        delete(table, *_)  # type: ignore[arg-type]

    delete = past_calls._delete
    with monkeypatch.context() as patch:
        patch.setattr(past_calls, "_delete", die)
        with pytest.raises(MemoryError):
            retention.delete_batch(MONTHS, None)
    assert counts() == [1] * len(TABLES)
    delete_all()
    assert counts() == [0] * len(TABLES)


def test_the_place_is_the_last_call_looked_at(number: IncomingNumber) -> None:
    at = FIRST_KEPT - timedelta(days=1)
    call_id = whole_call(number, at)
    place = retention.delete_batch(MONTHS, None)
    assert place == Place(at, call_id)
    assert retention.delete_batch(MONTHS, place) is None


def test_the_nightly_task_keeps_the_counts_of_what_it_deletes(
    number: IncomingNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(nightly_tasks, "PAUSE_S", 0)
    day = datetime(2024, 11, 20, 3, 0, tzinfo=UTC)
    for _ in range(5):
        whole_call(number, day)
    kept = whole_call(number, FIRST_KEPT)
    nightly_tasks.delete_old_calls()
    assert calls_left() == {kept}
    with all_companies("test"):
        counted = session.execute(select(CallCount.day, CallCount.calls)).all()  # type: ignore[attr-defined]
    assert [tuple(row) for row in counted] == [(date(2024, 11, 20), 5)]
    nightly_tasks.delete_old_calls()
    assert calls_left() == {kept}
