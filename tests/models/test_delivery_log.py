"""The delivery log's queries: pages cut by key, the account's rows only."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.carriers import Carrier
from app.domain.sms_status import MessageStatus
from app.models import delivery_log, delivery_proof
from app.models.database import session, transaction
from app.models.delivery_log import Page, Place, Search
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.tenant_scope import account_scope, all_companies
from tests.support import factories

MOMENT = datetime(2025, 2, 21, 5, 48, tzinfo=UTC)
DAY = Search(MOMENT - timedelta(hours=1), MOMENT + timedelta(hours=1))
pytestmark = pytest.mark.usefixtures("db")


def _messages(number: IncomingNumber, count: int, **columns: object) -> list[Message]:
    return [
        factories.message(factories.call(number), **{"accepted_at": MOMENT, **columns})  # type: ignore[arg-type]
        for _ in range(count)
    ]


def _place(row: Message) -> Place:
    return Place(row.accepted_at, row.id)


@pytest.fixture
def number(db: object) -> IncomingNumber:
    return factories.incoming_number(factories.account())


@pytest.fixture
def stranger(db: object) -> IncomingNumber:
    """A number of another company, with messages at the same moments."""
    theirs = factories.incoming_number(factories.account())
    _messages(theirs, 5)
    return theirs


def _walk_to_the_end(search: Search, size: int) -> list[Page]:
    pages = [delivery_log.newest(search, size)]
    while pages[-1].has_older:
        pages.append(delivery_log.older_than(_place(pages[-1].rows[-1]), search, size))
    return pages


@pytest.mark.parametrize("size", [1, 3, 4, 7, 8])
def test_pages_leave_out_and_repeat_nothing_at_equal_times(
    number: IncomingNumber, stranger: IncomingNumber, size: int
) -> None:
    written = {message.id for message in _messages(number, 7)}
    with account_scope(number.account_id):
        seen = [row.id for page in _walk_to_the_end(DAY, size) for row in page.rows]
    assert len(seen) == 7
    assert set(seen) == written


def test_newest_first_and_back_again(number: IncomingNumber, stranger: IncomingNumber) -> None:
    for minutes in (5, 1, 4, 2, 3):
        _messages(number, 2, accepted_at=MOMENT + timedelta(minutes=minutes))
    with account_scope(number.account_id):
        first, second, third = _walk_to_the_end(DAY, 4)
        rows = [*first.rows, *second.rows, *third.rows]
        back = delivery_log.newer_than(_place(third.rows[0]), DAY, 4)
        home = delivery_log.newer_than(_place(second.rows[0]), DAY, 4)
    assert all(later.accepted_at >= row.accepted_at for later, row in itertools.pairwise(rows))
    assert (first.has_newer, second.has_newer, third.has_newer) == (False, True, True)
    assert [row.id for row in back.rows] == [row.id for row in second.rows]
    assert (back.has_newer, back.has_older) == (True, True)
    assert [row.id for row in home.rows] == [row.id for row in first.rows]
    assert (home.has_newer, home.has_older) == (False, True)


def test_a_page_back_is_full_even_near_the_top(number: IncomingNumber) -> None:
    _messages(number, 6)
    with account_scope(number.account_id):
        newest = delivery_log.newest(DAY, 4)
        page = delivery_log.newer_than(_place(newest.rows[2]), DAY, 4)
    assert [row.id for row in page.rows] == [row.id for row in newest.rows]


def test_what_arrives_meanwhile_moves_no_page(number: IncomingNumber) -> None:
    _messages(number, 4)
    with account_scope(number.account_id):
        first = delivery_log.newest(DAY, 2)
    _messages(number, 3, accepted_at=MOMENT + timedelta(minutes=1))
    with account_scope(number.account_id):
        second = delivery_log.older_than(_place(first.rows[-1]), DAY, 2)
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}
    assert len(second.rows) == 2
    assert not second.has_older


def test_the_end_of_the_span_is_not_in_it(number: IncomingNumber) -> None:
    for moment in (DAY.since - timedelta(microseconds=1), DAY.since, DAY.until):
        _messages(number, 1, accepted_at=moment)
    with account_scope(number.account_id):
        (row,) = delivery_log.newest(DAY, 9).rows
    assert row.accepted_at == DAY.since


def test_one_recipient(number: IncomingNumber) -> None:
    wanted = factories.message(
        factories.call(number, recipient="+818011112222"), accepted_at=MOMENT
    )
    _messages(number, 2)
    with account_scope(number.account_id):
        (row,) = delivery_log.newest(Search(DAY.since, DAY.until, "+818011112222"), 9).rows
    assert row.id == wanted.id


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({}, 5),
        ({"status": MessageStatus.WAITING}, 2),  # and what a worker has just claimed
        ({"status": MessageStatus.FAILED}, 1),
        ({"carrier": Carrier.AU}, 1),  # known of what was delivered
        ({"incoming_number": "+815030000009"}, 2),
        ({"incoming_number": "+815030000009", "status": MessageStatus.FAILED}, 1),
        ({"incoming_number": "+815030000001"}, 0),
        ({"status": MessageStatus.FAILED, "carrier": Carrier.AU}, 0),
    ],
)
def test_conditions_and_their_count(
    number: IncomingNumber, stranger: IncomingNumber, conditions: dict[str, object], found: int
) -> None:
    at, other = {"accepted_at": MOMENT}, {"incoming_number": "+815030000009"}
    for columns in (
        {"status": MessageStatus.WAITING},
        {"status": MessageStatus.SENDING},
        {"status": MessageStatus.FAILED, "carrier": Carrier.AU, **other},
        {"status": MessageStatus.DELIVERED, "carrier": Carrier.AU, **other},
        {"status": MessageStatus.DELIVERED, "carrier": Carrier.DOCOMO},
    ):
        _change(factories.message(factories.call(number), **at), **columns)  # type: ignore[arg-type]
    for row in _messages(stranger, 2, status=MessageStatus.FAILED):
        _change(row, **other)
    search = replace(DAY, **conditions)  # type: ignore[arg-type]
    with account_scope(number.account_id):
        assert len(delivery_log.newest(search, 50).rows) == found
        assert delivery_log.count(search, 50) == found
        assert delivery_log.count(search, 2) == min(found, 2)


def test_only_the_account_s_rows_are_told_by_id(
    number: IncomingNumber, stranger: IncomingNumber
) -> None:
    (ours,), theirs = _messages(number, 1), _messages(stranger, 1)
    with account_scope(number.account_id):
        rows = delivery_log.with_ids([ours.id, *(row.id for row in theirs)])
        assert [row.id for row in rows] == [ours.id]
        assert delivery_log.with_ids([]) == []
        assert delivery_proof.of_message(theirs[0].id) is None


def _change(message: Message, **columns: object) -> None:
    with all_companies("test"), transaction():
        row = session.get_one(Message, message.id)
        for name, value in columns.items():
            setattr(row, name, value)
