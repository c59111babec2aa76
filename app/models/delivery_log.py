"""配信ログ: the messages of an account by the time they were accepted, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from app.models.database import session
from app.models.log_pages import LogPages, Page, Place
from app.models.message import Message
from app.models.tenant_scope import account_scope


@dataclass(frozen=True)
class Search:
    """`since` ≤ accepted < `until`, both UTC; `recipient` in E.164, None for all."""

    since: datetime
    until: datetime
    recipient: str | None = None


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


_PAGES = LogPages(Message.accepted_at, Message.id)


def newest(search: Search, size: int) -> Page:
    return _PAGES.newest(_found(select(Message), search), size, _rows)


def older_than(place: Place, search: Search, size: int) -> Page:
    """The page that follows the row at `place`."""
    return _PAGES.older_than(place, _found(select(Message), search), size, _rows)


def newer_than(place: Place, search: Search, size: int) -> Page:
    """The page before the row at `place`; always full where there are rows enough."""
    return _PAGES.newer_than(place, _found(select(Message), search), size, _rows)


def export(account_id: int, search: Search) -> Iterator[Sequence[Any]]:
    """All rows found, newest first, in batches of the columns `EXPORTED`.

    Meant for a download that goes on after the request's own session is closed: each batch enters
    the account's scope and opens a session by itself, so memory stays constant and no transaction
    waits for a slow reader.
    """

    def read(query: Select[Any]) -> Sequence[Any]:
        with account_scope(account_id), session.session_factory() as own_session:
            return own_session.execute(query).all()

    return _PAGES.batches(
        _found(select(*EXPORTED), search), read, lambda row: Place(row.accepted_at, row.id)
    )


def _rows(query: Select[Any]) -> Sequence[Any]:
    return session.scalars(query).all()


def _found(query: Select[Any], search: Search) -> Select[Any]:
    query = query.where(Message.accepted_at >= search.since, Message.accepted_at < search.until)
    return query if search.recipient is None else query.where(Message.recipient == search.recipient)
