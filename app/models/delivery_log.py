"""配信ログ: the messages of an account by the time they were accepted, newest first.

Pages are cut by key, (accepted_at, id), never by counting: row 4,000,000 costs what row 1 costs,
and what arrives meanwhile moves nothing. Accepted in the same microsecond, the id decides, so no
row is shown twice or left out.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Tuple, literal, select, tuple_

from app.models.database import session
from app.models.message import Message
from app.models.tenant_scope import account_scope

EXPORT_BATCH_ROWS = 2_000


class Place(NamedTuple):
    """Where a row stands in the log."""

    accepted_at: datetime
    id: uuid.UUID


@dataclass(frozen=True)
class Search:
    """`since` ≤ accepted < `until`, both UTC; `recipient` in E.164, None for all."""

    since: datetime
    until: datetime
    recipient: str | None = None


@dataclass(frozen=True)
class Page:
    """Rows newest first, and whether there are newer and older ones beyond it."""

    rows: Sequence[Message]
    has_newer: bool
    has_older: bool


EXPORTED = (
    Message.id,
    Message.accepted_at,
    Message.sent_at,
    Message.recipient,
    Message.carrier,
    Message.body,
    Message.status,
    Message.delivered_at,
    Message.units,
    Message.parts,
    Message.billed_units,
    Message.incoming_number,
)


def newest(search: Search, size: int) -> Page:
    rows = session.scalars(
        _found(select(Message), search).order_by(*_NEWEST_FIRST).limit(size + 1)
    ).all()
    return Page(rows[:size], has_newer=False, has_older=len(rows) > size)


def older_than(place: Place, search: Search, size: int) -> Page:
    """The page that follows the row at `place`."""
    query = _found(select(Message), search).where(_before(place)).order_by(*_NEWEST_FIRST)
    rows = session.scalars(query.limit(size + 1)).all()
    return Page(rows[:size], has_newer=True, has_older=len(rows) > size)


def newer_than(place: Place, search: Search, size: int) -> Page:
    """The page before the row at `place`; the newest one where fewer than `size` rows are left, so
    it is full."""
    query = _found(select(Message), search).where(_after(place)).order_by(*_OLDEST_FIRST)
    rows = session.scalars(query.limit(size + 1)).all()
    if len(rows) < size:
        return newest(search, size)
    return Page(rows[:size][::-1], has_newer=len(rows) > size, has_older=True)


def export(account_id: int, search: Search) -> Iterator[Sequence[Any]]:
    """All rows found, newest first, in batches of the columns `EXPORTED`.

    Meant for a download that goes on after the request's own session is closed: each batch enters
    the account's scope and opens a session by itself, so memory stays constant and no transaction
    waits for a slow reader.
    """
    query = _found(select(*EXPORTED), search).order_by(*_NEWEST_FIRST).limit(EXPORT_BATCH_ROWS)
    batch = _read(account_id, query)
    while batch:
        yield batch
        if len(batch) < EXPORT_BATCH_ROWS:
            return
        last = Place(batch[-1].accepted_at, batch[-1].id)
        batch = _read(account_id, query.where(_before(last)))


def _read(account_id: int, query: Select[Any]) -> Sequence[Any]:
    with account_scope(account_id), session.session_factory() as own_session:
        return own_session.execute(query).all()


_KEY = tuple_(Message.accepted_at, Message.id)
_NEWEST_FIRST = (Message.accepted_at.desc(), Message.id.desc())
_OLDEST_FIRST = (Message.accepted_at, Message.id)


def _before(place: Place) -> ColumnElement[bool]:
    return _key(place) > _KEY


def _after(place: Place) -> ColumnElement[bool]:
    return _key(place) < _KEY


def _key(place: Place) -> Tuple:
    accepted_at = literal(place.accepted_at, Message.accepted_at.type)
    return tuple_(accepted_at, literal(place.id, Message.id.type))


def _found(query: Select[Any], search: Search) -> Select[Any]:
    query = query.where(Message.accepted_at >= search.since, Message.accepted_at < search.until)
    return query if search.recipient is None else query.where(Message.recipient == search.recipient)
