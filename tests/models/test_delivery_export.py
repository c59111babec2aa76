"""The lines of the delivery log's file: PostgreSQL's own are those that Python writes, byte for
byte; the account's rows only."""

from __future__ import annotations

import csv
import io
import random
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, literal_column, select

from app.domain.carriers import Carrier
from app.domain.delivery_columns import COLUMNS, values_of
from app.domain.sms_status import MessageStatus
from app.domain.spreadsheets import FORMULA_SIGNS
from app.models import database, delivery_export, log_pages
from app.models.account import Account
from app.models.call import Call
from app.models.company import Company
from app.models.database import session, transaction
from app.models.delivery_log import Search
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.tenant_scope import account_scope
from tests.support import factories

MOMENT = datetime(2025, 2, 21, 5, 48, tzinfo=UTC)
DAY = Search(MOMENT - timedelta(hours=1), MOMENT + timedelta(hours=1))
ALL = Search(datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
ODD_PIECES = (
    *FORMULA_SIGNS,
    *("\n", "\r", "\r\n", "\t", " ", "\u3000", "\u00a0", "\x01", "\x7f", "\ufeff", "\u2028"),
    *(
        '"',
        '""',
        "'",
        "''",
        ",",
        ";",
        "\\",
        "\\.",
        "\\N",
        "\\n",
        "%",
        "%%",
        "%s",
        "%(x)s",
        ":x",
        "$1",
    ),
    *(
        "+819012345678",
        "+81",
        "+1+1",
        "0",
        "1E5",
        "NULL",
        "案内",
        "ｱ",
        "😀",
        "𠮷",
        "〜",
        "か\u3099",
        "",
    ),
)


def _odd_messages(number: IncomingNumber, count: int) -> tuple[list[dict[str, Any]], ...]:
    """Calls and messages of this number, of all sorts, the same at each run."""
    odd = random.Random(20250221)
    calls, messages = [], []
    for _ in range(count):
        at = MOMENT + timedelta(microseconds=odd.randrange(-(10**15), 10**15))
        body = "".join(odd.choices(ODD_PIECES, k=odd.randrange(6)))
        call_id, message_id = (uuid.UUID(int=odd.getrandbits(128)) for _ in "12")
        calls.append(
            {
                "id": call_id,
                "account_id": number.account_id,
                "provider_call_id": str(call_id),
                "called": number.number,
                "state": "mobile",
                "attempt": 1,
                "started_at": at,
            }
        )
        messages.append(
            {
                "id": message_id,
                "account_id": number.account_id,
                "call_id": call_id,
                "incoming_number": number.number,
                "sender": factories.SENDER,
                "recipient": odd.choice((factories.MOBILE, "+81312345678")),
                "body": body,
                "text": body,
                "units": odd.randrange(700),
                "parts": odd.randrange(1, 11),
                "billed_units": odd.choice((None, 1, 2)),
                "status": odd.choice(list(MessageStatus)),
                "carrier": odd.choice((None, *Carrier)),
                "accepted_at": at,
                "sent_at": odd.choice((None, at + timedelta(microseconds=odd.randrange(10**10)))),
                "delivered_at": odd.choice((None, at + timedelta(days=odd.randrange(400)))),
            }
        )
    return calls, messages


SEARCHES = (
    ALL,
    Search(ALL.since, MOMENT),
    replace(ALL, status=MessageStatus.WAITING, recipient=factories.MOBILE),
    replace(ALL, carrier=Carrier.AU, incoming_number="+815030000001"),
)


def _lines_on(url: str, count: int) -> list[bytes]:
    """The lines that the database at `url` gives of the same odd messages, for each search."""
    engine = database.configure(url)
    try:
        number = factories.incoming_number(factories.account(), "+815030000001")
        calls, messages = _odd_messages(number, count)
        with transaction():
            session.execute(insert(Call), calls)
            session.execute(insert(Message), messages)
        return [
            b"".join(delivery_export.csv_batches(number.account_id, search)) for search in SEARCHES
        ]
    finally:
        session.remove()
        engine.dispose()


@pytest.mark.parametrize("size", [200, pytest.param(4000, marks=pytest.mark.slow)])
def test_both_databases_give_the_same_bytes(
    sqlite_database: str, postgresql_database: str, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(delivery_export, "COPIED_ROWS", size // 3)
    files = _lines_on(postgresql_database, size)
    assert files == _lines_on(sqlite_database, size)
    counts = []
    for file in files:
        rows = list(csv.reader(io.StringIO(file.decode(), newline="")))
        assert {len(row) for row in rows} == {len(COLUMNS)}
        counts.append(len(rows))
    assert counts[0] == size
    assert all(0 < count < size for count in counts[1:])


@pytest.fixture
def number(db: object) -> IncomingNumber:
    return factories.incoming_number(factories.account())


@pytest.fixture
def strangers(number: IncomingNumber) -> list[uuid.UUID]:
    """Messages of another company and of another account of the same company, to the same person at
    the same moment."""
    with session.session_factory() as own:
        company = own.get_one(Company, own.get_one(Account, number.account_id).company_id)
    accounts = (factories.account(), factories.account(of=company))
    return [
        message
        for account in accounts
        for message in _messages(factories.incoming_number(account), 3)
    ]


def _messages(number: IncomingNumber, count: int, **columns: Any) -> list[uuid.UUID]:
    columns = {"accepted_at": MOMENT, **columns}
    return [factories.message(factories.call(number), **columns).id for _ in range(count)]


def _ids(account_id: int, search: Search) -> list[str]:
    file = b"".join(delivery_export.csv_batches(account_id, search)).decode()
    return [row[1] for row in csv.reader(io.StringIO(file, newline=""))]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_every_row_once_newest_first_and_no_stranger_s(
    monkeypatch: pytest.MonkeyPatch,
    number: IncomingNumber,
    strangers: list[uuid.UUID],
    size: int,
) -> None:
    monkeypatch.setattr(delivery_export, "COPIED_ROWS", size)
    monkeypatch.setattr(log_pages, "EXPORT_BATCH_ROWS", size)
    at_once = sorted(_messages(number, 4), reverse=True)
    later = _messages(number, 1, accepted_at=MOMENT + timedelta(seconds=1))
    batches = list(delivery_export.csv_batches(number.account_id, DAY))  # outside every scope
    assert max(batch.count(b"\r\n") for batch in batches) <= size
    assert _ids(number.account_id, DAY) == [str(each) for each in (*later, *at_once)]
    assert delivery_export.count(number.account_id, DAY) == 5


def test_no_search_opens_another_s_rows(number: IncomingNumber, strangers: list[uuid.UUID]) -> None:
    (own,) = _messages(number, 1)
    others = factories.incoming_number(factories.account(), "+815030009999")
    _messages(others, 1)
    searches = (
        replace(DAY, recipient=factories.MOBILE),
        replace(DAY, status=MessageStatus.WAITING),
    )
    for search in searches:
        assert _ids(number.account_id, search) == [str(own)]
    theirs = replace(DAY, incoming_number="+815030009999")
    assert _ids(number.account_id, theirs) == []
    with account_scope(others.account_id):  # whatever the scope is when the file is read
        assert _ids(number.account_id, DAY) == [str(own)]


@pytest.mark.parametrize(
    "text",
    ["' OR true --", "\\' OR true --", "%s", "%(x)s", "%%", ":x", "$1", '"', "') TO STDOUT; --"],
)
def test_what_is_searched_for_is_never_sql(
    number: IncomingNumber, strangers: list[uuid.UUID], text: str
) -> None:
    _messages(number, 1)
    assert _ids(number.account_id, replace(DAY, recipient=text)) == []
    assert _ids(number.account_id, replace(DAY, incoming_number=text)) == []


def test_nothing_found(number: IncomingNumber, strangers: list[uuid.UUID]) -> None:
    assert list(delivery_export.csv_batches(number.account_id, DAY)) == []
    assert delivery_export.count(number.account_id, DAY) == 0


def test_no_transaction_waits_for_the_reader(
    monkeypatch: pytest.MonkeyPatch, number: IncomingNumber, db: Engine
) -> None:
    monkeypatch.setattr(delivery_export, "COPIED_ROWS", 1)
    monkeypatch.setattr(log_pages, "EXPORT_BATCH_ROWS", 1)
    _messages(number, 3)
    session.remove()
    batches = delivery_export.csv_batches(number.account_id, DAY)
    for _ in range(3):
        next(batches)
        assert db.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_cell_is_the_same_on_the_screen(number: IncomingNumber) -> None:
    _messages(number, 1)
    (line,) = csv.reader([b"".join(delivery_export.csv_batches(number.account_id, DAY)).decode()])
    shown = dict(zip((column.key for column in COLUMNS), line, strict=True))
    with account_scope(number.account_id):
        row = session.scalars(select(Message)).one()
        assert values_of(row) == {key: shown[key] for key in values_of(row)}


def test_the_time_limit_of_pages_is_not_the_file_s(
    postgresql_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = database.configure(postgresql_database, statement_timeout_s=5)
    number = factories.incoming_number(factories.account())
    _messages(number, 1)
    limit = (literal_column("current_setting('statement_timeout')"),)
    monkeypatch.setattr(delivery_export, "_cells", lambda _dialect: limit)
    assert list(delivery_export.csv_batches(number.account_id, DAY)) == [b"0\r\n"]
    assert session.scalar(select(*limit)) == "5s"
    session.remove()
    engine.dispose()
