"""Tables without indexes, keys and references while they are filled: a row costs a tenth then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

# References last, as they need the keys they refer to.
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('p', 'u', 'f')
    ORDER BY contype = 'f', conname
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index
    WHERE indrelid = ANY(%s::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


@contextmanager
def bare(connection: psycopg.Connection[Any], tables: Sequence[str]) -> Iterator[None]:
    """Inside it the tables are bare; afterwards they have again all that they had, and
    statistics. The connection commits each statement by itself."""
    names = [list(tables)]
    constraints = connection.execute(_CONSTRAINTS, names).fetchall()
    indexes = connection.execute(_INDEXES, names).fetchall()
    for table, name, _definition in reversed(constraints):
        _run(connection, f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
    for name, _definition in indexes:
        _run(connection, f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        _run(connection, definition)
    for table, name, definition in constraints:
        _run(connection, f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for table in tables:
        _run(connection, f"VACUUM (ANALYZE) {table}")


def _run(connection: psycopg.Connection[Any], statement: str) -> None:
    connection.execute(statement.encode())
