"""The cells of the delivery log's file as SQL of PostgreSQL; `delivery_cells.text_of` is the same
in Python.

A million rows are made at once, so microseconds count: what most rows do not need is asked last.
"""

from __future__ import annotations

from typing import Any, assert_never

from sqlalchemy import ColumnElement, and_, case, func, literal, null

from app.domain.delivery_cells import (
    Cell,
    FirstKnown,
    Fixed,
    FreeText,
    JapanTime,
    Plain,
    Worded,
)
from app.domain.spreadsheets import FORMULA_SIGNS, PHONE_NUMBER, SKIPPED
from app.models.message import Message

Sql = ColumnElement[Any]


def as_sql(cell: Cell) -> Sql:
    """The text of the cell; NULL where it is empty, as COPY would write '' with quotes.

    The session's time zone has to be Japan's: `timezone()` takes as long again as `to_char()`.
    """
    match cell:
        case Fixed(words):
            return literal(words) if words else null()
        case Plain(field, before, after):
            return _plain(_field(field), before, after)
        case FirstKnown(fields):
            return func.coalesce(*(_field(field) for field in fields))
        case JapanTime(field):
            return func.to_char(_field(field), "YYYY/MM/DD HH24:MI:SS")
        case FreeText(field):
            return _guarded(_field(field))
        case Worded():
            return _worded(cell)
    assert_never(cell)


def _field(name: str) -> Sql:
    return Message.__table__.c[name]


def _plain(column: Sql, before: str, after: str) -> Sql:
    if not before and not after:
        return column
    return func.concat(*([before] if before else []), column, *([after] if after else []))


def _guarded(column: Sql) -> Sql:
    """`spreadsheets.safe_cell`."""
    may_run = func.strpos(SKIPPED + FORMULA_SIGNS, func.left(column, 1)) > 0  # '' is in each text
    first = func.left(func.ltrim(column, SKIPPED), 1)
    runs = and_(first != "", func.strpos(FORMULA_SIGNS, first) > 0)
    guarded = case((column.regexp_match(PHONE_NUMBER), column), else_=literal("'") + column)
    return case((~may_run, column), (runs, guarded), else_=func.nullif(column, ""))


def _worded(cell: Worded) -> Sql:
    fields = [_field(field) for field in cell.fields]
    branches = [
        (and_(*(field == value for field, value in zip(fields, key, strict=True))), words)
        for key, words in cell.words.items()
    ]
    return case(*branches, else_=cell.otherwise or null())
