"""配信ログ: the messages of an account by the time they were accepted, newest first."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from app.domain.carriers import Carrier
from app.domain.sms_status import MessageStatus
from app.models.database import session
from app.models.log_pages import LogPages, Page, Place
from app.models.message import Message


@dataclass(frozen=True)
class Search:
    """`since` ≤ accepted < `until`, both UTC; numbers in E.164; None for all.

    People see SENDING as WAITING, so WAITING finds both. A carrier is known, and found, of what was
    delivered.
    """

    since: datetime
    until: datetime
    recipient: str | None = None
    status: MessageStatus | None = None
    incoming_number: str | None = None
    carrier: Carrier | None = None


_PAGES = LogPages(Message.accepted_at, Message.id)


def newest(search: Search, size: int) -> Page:
    return _PAGES.newest(found(select(Message), search), size, _rows)


def older_than(place: Place, search: Search, size: int) -> Page:
    """The page that follows the row at `place`."""
    return _PAGES.older_than(place, found(select(Message), search), size, _rows)


def newer_than(place: Place, search: Search, size: int) -> Page:
    """The page before the row at `place`; always full where there are rows enough."""
    return _PAGES.newer_than(place, found(select(Message), search), size, _rows)


def count(search: Search, most: int) -> int:
    """How many there are, counted up to `most`: a large account's count would take seconds.

    Counted in order: without, PostgreSQL may begin where there are none for long.
    """
    newest_first = (Message.accepted_at.desc(), Message.id.desc())
    some = found(select(Message.id), search).order_by(*newest_first).limit(most).subquery()
    return session.scalars(select(func.count()).select_from(some)).one()


def with_ids(message_ids: Collection[uuid.UUID]) -> Sequence[Message]:
    """Those of the messages that belong to the account."""
    return _rows(select(Message).where(Message.id.in_(message_ids)))


def _rows(query: Select[Any]) -> Sequence[Any]:
    return session.scalars(query).all()


def found(query: Select[Any], search: Search) -> Select[Any]:
    """The query of messages, narrowed to what is searched for; the file has the same conditions."""
    query = query.where(Message.accepted_at >= search.since, Message.accepted_at < search.until)
    if search.recipient is not None:
        query = query.where(Message.recipient == search.recipient)
    if search.incoming_number is not None:
        query = query.where(Message.incoming_number == search.incoming_number)
    if search.status is MessageStatus.WAITING:
        query = query.where(Message.status.in_((MessageStatus.WAITING, MessageStatus.SENDING)))
    elif search.status is not None:
        query = query.where(Message.status == search.status)
    if search.carrier is not None:
        query = query.where(
            Message.carrier == search.carrier, Message.status == MessageStatus.DELIVERED
        )
    return query
