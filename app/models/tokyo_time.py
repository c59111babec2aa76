"""The day and the hour in Japan of a moment, as SQL that both databases can say."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

# SQLite keeps UTC as text. It rounds to milliseconds, which would lift the last microseconds of a
# day into the next: so without the fraction.
_SQLITE = "substr({}, 1, 19), '+9 hours'"
_POSTGRESQL = "{} AT TIME ZONE 'Asia/Tokyo'"


class tokyo_day(FunctionElement[Any]):  # noqa: N801 - used as a function
    type = Date()
    inherit_cache = True


class tokyo_hour(FunctionElement[Any]):  # noqa: N801 - used as a function
    """0–23."""

    type = Integer()
    inherit_cache = True


@compiles(tokyo_day, "sqlite")
def _day_sqlite(element: tokyo_day, compiler: Any, **options: Any) -> str:
    return f"date({_SQLITE.format(compiler.process(element.clauses, **options))})"


@compiles(tokyo_day, "postgresql")
def _day_postgresql(element: tokyo_day, compiler: Any, **options: Any) -> str:
    return f"({_POSTGRESQL.format(compiler.process(element.clauses, **options))})::date"


@compiles(tokyo_hour, "sqlite")
def _hour_sqlite(element: tokyo_hour, compiler: Any, **options: Any) -> str:
    moment = _SQLITE.format(compiler.process(element.clauses, **options))
    return f"CAST(strftime('%H', {moment}) AS INTEGER)"


@compiles(tokyo_hour, "postgresql")
def _hour_postgresql(element: tokyo_hour, compiler: Any, **options: Any) -> str:
    moment = _POSTGRESQL.format(compiler.process(element.clauses, **options))
    return f"EXTRACT(hour FROM {moment})::integer"
