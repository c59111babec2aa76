"""配信ログ as a file: the lines of all messages found, of one account.

PostgreSQL makes the lines by itself (COPY): a million of them in seconds, where Python takes
minutes. COPY is no ORM statement, so the wall of `tenant_scope` does not stand around it: the
account's condition is written out here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Dialect,
    Select,
    func,
    literal_column,
    select,
    text,
)

from app.domain import csv_file
from app.domain.delivery_cells import text_of
from app.domain.delivery_columns import COLUMNS
from app.models import delivery_log
from app.models.database import session, without_time_limit
from app.models.delivery_cells_sql import as_sql
from app.models.delivery_log import Search
from app.models.log_pages import LogPages, Place
from app.models.message import Message
from app.models.tenant_scope import account_scope

# Few enough to be held in memory, so that no transaction waits for a slow reader; many enough that
# the statement between two batches costs nothing.
COPIED_ROWS = 10_000
SENT_ROWS = 200  # about 100 KB


def csv_batches(account_id: int, search: Search) -> Iterator[bytes]:
    """The lines of all messages found, newest first, some at a time (UTF-8, CRLF).

    Meant for a download that goes on after the request's own session is closed: each batch opens a
    session and a transaction of its own. Rows keep their places, so none is left out or there
    twice; a status is as of its batch.
    """
    if session.get_bind().dialect.name == "postgresql":
        return _Copied(account_id).batches(search)
    return _written(account_id, search)


def count(account_id: int, search: Search) -> int:
    """How many lines there are."""
    with account_scope(account_id), session.session_factory() as own:
        found = delivery_log.found(select(func.count()).select_from(Message), search)
        without_time_limit(own.connection())
        number: int = own.scalars(found).one()
        return number


class _Copied:
    """Lines that PostgreSQL has made, one by one as bytes."""

    def __init__(self, account_id: int) -> None:
        self._account_id = account_id
        self._pages = LogPages(Message.accepted_at, Message.id, COPIED_ROWS)

    def batches(self, search: Search) -> Iterator[bytes]:
        with session.session_factory() as own:
            cells = _cells(own.connection().dialect)
        query = delivery_log.found(select(*cells).select_from(Message), search)
        query = query.where(Message.account_id == self._account_id)
        for batch in self._pages.batches(query, self._copy, self._place_of):
            for start in range(0, len(batch), SENT_ROWS):
                yield b"".join(batch[start : start + SENT_ROWS])

    def _copy(self, query: Select[Any]) -> list[bytes]:
        with session.session_factory() as own:
            connection = own.connection()
            without_time_limit(connection)
            connection.execute(text("SET LOCAL timezone = 'Asia/Tokyo'"))
            statement = f"COPY ({_written_out(query, connection.dialect)}) TO STDOUT (FORMAT csv)"
            cursor = connection.connection.cursor()
            with cursor.copy(statement) as copy:
                # "Always one per row", with \n: PostgreSQL manual, Message Flow, COPY Operations.
                return [b"%b\r\n" % row[:-1] for row in copy]

    def _place_of(self, line: bytes) -> Place:
        message_id = uuid.UUID(line.split(b",", 2)[1].decode())
        with account_scope(self._account_id), session.session_factory() as own:
            moment = own.scalars(select(Message.accepted_at).where(Message.id == message_id)).one()
        return Place(moment, message_id)


@cache
def _cells(dialect: Dialect) -> tuple[ColumnElement[Any], ...]:
    """Compiled once: it takes longer than a small batch."""
    return tuple(literal_column(_written_out(as_sql(column.cell), dialect)) for column in COLUMNS)


def _written_out(element: ClauseElement, dialect: Dialect) -> str:
    """As SQL with its values in it, quoted for this connection: COPY takes no parameters."""
    compiled = element.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return str(compiled).replace("%%", "%")  # the driver's own placeholders begin with %


def _written(account_id: int, search: Search) -> Iterator[bytes]:
    """The same without COPY, for SQLite."""

    def read(query: Select[Any]) -> Sequence[Message]:
        with account_scope(account_id), session.session_factory() as own:
            return own.scalars(query).all()

    pages = LogPages(Message.accepted_at, Message.id)
    query = delivery_log.found(select(Message), search)
    for batch in pages.batches(query, read, lambda row: Place(row.accepted_at, row.id)):
        rows = ([text_of(column.cell, row) for column in COLUMNS] for row in batch)
        yield csv_file.lines(rows).encode()
