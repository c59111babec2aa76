"""Statements that are a transaction of their own: one round trip instead of BEGIN, some, COMMIT.

PostgreSQL only: SQLite knows no INSERT or UPDATE inside WITH, and has no round trips to save.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from app.models import database

log = logging.getLogger(__name__)


class NotWritten(Exception):
    """A constraint or the server refused the statement: nothing is written, unless the connection
    broke after it was."""


def is_possible() -> bool:
    return database.autocommit_engine() is not None


def execute(statement: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The first row of what the statement returns. Raises NotWritten.

    Not covered by the wall between tenants: the statement names its account itself. Without
    SQLAlchemy's own execution, which costs a caller as much as the statement.
    """
    engine = database.autocommit_engine()
    assert engine is not None, "is_possible() is asked first"
    try:
        connection = engine.raw_connection()
    except SQLAlchemyError as trouble:
        raise _not_written(trouble) from trouble
    try:
        row: tuple[Any, ...] | None = connection.execute(statement, parameters).fetchone()
    except psycopg.IntegrityError as refusal:
        raise NotWritten(str(refusal)) from refusal
    except psycopg.OperationalError as trouble:
        connection.invalidate()
        raise _not_written(trouble) from trouble
    finally:
        connection.close()
    return row


def _not_written(trouble: Exception) -> NotWritten:
    log.warning("a statement was not taken: %s", trouble)
    return NotWritten(str(trouble))
