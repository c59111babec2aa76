"""Logs that are read newest first, a page or a file at a time.

Pages are cut by key, (moment, id), never by counting: row 4,000,000 costs what row 1 costs, and
what arrives meanwhile moves nothing. Of the same microsecond, the id decides, so no row is shown
twice or left out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Tuple, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

EXPORT_BATCH_ROWS = 2_000

Read = Callable[[Select[Any]], Sequence[Any]]


class Place(NamedTuple):
    """Where a row stands in a log."""

    moment: datetime
    id: uuid.UUID | int


@dataclass(frozen=True)
class Page:
    """Rows newest first, and whether there are newer and older ones beyond it."""

    rows: Sequence[Any]
    has_newer: bool
    has_older: bool


@dataclass(frozen=True)
class LogPages:
    """Cuts queries of a table by the columns of its rows' moment and id; `read` runs a query."""

    moment: InstrumentedAttribute[datetime]
    id: InstrumentedAttribute[Any]
    batch_rows: int | None = None
    """How many rows make a batch, EXPORT_BATCH_ROWS unless told."""

    def newest(self, query: Select[Any], size: int, read: Read) -> Page:
        rows = read(query.order_by(*self._newest_first()).limit(size + 1))
        return Page(rows[:size], has_newer=False, has_older=len(rows) > size)

    def older_than(self, place: Place, query: Select[Any], size: int, read: Read) -> Page:
        """The page that follows the row at `place`."""
        older = query.where(self._before(place)).order_by(*self._newest_first())
        rows = read(older.limit(size + 1))
        return Page(rows[:size], has_newer=True, has_older=len(rows) > size)

    def newer_than(self, place: Place, query: Select[Any], size: int, read: Read) -> Page:
        """The page before the row at `place`; the newest one where fewer than `size` rows are left,
        so it is full."""
        newer = query.where(self._key(place) < self._columns())
        rows = read(newer.order_by(self.moment, self.id).limit(size + 1))
        if len(rows) < size:
            return self.newest(query, size, read)
        return Page(rows[:size][::-1], has_newer=len(rows) > size, has_older=True)

    def batches(
        self, query: Select[Any], read: Read, place_of: Callable[[Any], Place]
    ) -> Iterator[Sequence[Any]]:
        """All rows, newest first, in batches, so that memory stays constant."""
        size = self.batch_rows or EXPORT_BATCH_ROWS
        query = query.order_by(*self._newest_first()).limit(size)
        batch = read(query)
        while batch:
            yield batch
            if len(batch) < size:
                return
            batch = read(query.where(self._before(place_of(batch[-1]))))

    def _newest_first(self) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        return self.moment.desc(), self.id.desc()

    def _columns(self) -> Tuple:
        return tuple_(self.moment, self.id)

    def _before(self, place: Place) -> ColumnElement[bool]:
        return self._key(place) > self._columns()

    def _key(self, place: Place) -> Tuple:
        return tuple_(literal(place.moment, self.moment.type), literal(place.id, self.id.type))
