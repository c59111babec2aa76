"""How a cell of the delivery log's file comes from a message, said once for two readers.

`text_of` reads it in Python; `app.models.delivery_export` writes it as SQL, so that PostgreSQL
makes the whole file. Both give the same text. Empty and unknown are the same to a file.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.japan_days import TOKYO
from app.domain.spreadsheets import safe_cell


@dataclass(frozen=True)
class Fixed:
    """The same words in every row."""

    words: str = ""


@dataclass(frozen=True)
class Plain:
    """A field as it is, with something before and after it."""

    field: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class FirstKnown:
    """The first of the fields that has a value."""

    fields: tuple[str, ...]


@dataclass(frozen=True)
class JapanTime:
    """`2023/10/10 12:34:56`, in Japan time."""

    field: str


@dataclass(frozen=True)
class FreeText:
    """What people wrote: guarded, so that no spreadsheet runs it."""

    field: str


@dataclass(frozen=True)
class Worded:
    """The words for the values of these fields together."""

    fields: tuple[str, ...]
    words: Mapping[tuple[Hashable, ...], str]
    otherwise: str = ""


Cell = Fixed | Plain | FirstKnown | JapanTime | FreeText | Worded


def text_of(cell: Cell, row: Any) -> str:
    """The cell's text. `row` has the fields as attributes; times are aware."""
    match cell:
        case Fixed(words):
            return words
        case Plain(field, before, after):
            return f"{before}{getattr(row, field)}{after}"
        case FirstKnown(fields):
            known = (getattr(row, field) for field in fields)
            return next((str(value) for value in known if value is not None), "")
        case JapanTime(field):
            return csv_time(getattr(row, field))
        case FreeText(field):
            return safe_cell(getattr(row, field))
        case Worded(fields, words, otherwise):
            return words.get(tuple(getattr(row, field) for field in fields), otherwise)


def csv_time(moment: datetime | None) -> str:
    """Japan time as the file has it: `2023/10/10 12:34:56`; empty for None."""
    return f"{in_japan(moment):%Y/%m/%d %H:%M:%S}" if moment else ""


def in_japan(moment: datetime) -> datetime:
    """Raises ValueError for a time without its zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without its zone cannot be shown in Japan time")
    return moment.astimezone(TOKYO)
