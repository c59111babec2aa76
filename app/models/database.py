"""The one engine and session of a process, and what a transaction means here."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

import uuid_utils
from psycopg.errors import QueryCanceled
from sqlalchemy import (
    Compiled,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Index,
    Insert,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    literal,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session, sessionmaker

log = logging.getLogger(__name__)

SQLITE_BUSY_TIMEOUT_MS = 10_000
POOL_SIZE = 16  # a thread of gunicorn beyond it would open and close a connection for each request
CONNECT_TIMEOUT_S = 3
PING_AFTER_IDLE_S = 1.0  # a busy connection is known to be alive, and callers wait for each ping
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC. SQLite forgets the zone; this puts it back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must not reach the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {datetime: UtcDateTime}


def partial_index(name: str, where: str, *columns: str) -> Index:
    """An index of the rows for which the SQL condition holds.

    PostgreSQL uses it where a query's condition implies `where` by its constants, SQLite where it
    is written there as it is here.
    """
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


session: scoped_session[Session] = scoped_session(sessionmaker(autoflush=True))
_autocommit: list[Engine] = []
_last_broken_at = [0.0]
_upserts: dict[tuple[str, tuple[str, ...]], Compiled] = {}


def new_id(moment: datetime | None = None) -> uuid.UUID:
    """A time-ordered identifier (UUID version 7, RFC 9562), so that new rows stand together in the
    index; of a row made at that moment, now unless told."""
    nanoseconds = None if moment is None else int(moment.timestamp() * 1_000_000_000)
    return uuid.UUID(bytes=uuid_utils.uuid7(nanoseconds=nanoseconds).bytes)


def first_id(moment: datetime) -> uuid.UUID:
    """Of what `new_id` gives: rows made at this moment or later have this one or a greater one."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)


def configure(url: str, *, statement_timeout_s: float = 0) -> Engine:
    """Bind the session to the database at `url` (SQLAlchemy form, sqlite or postgresql+psycopg).

    PostgreSQL breaks off a statement that takes longer than `statement_timeout_s` (0: never), and
    `took_too_long` knows the error; `without_time_limit` lifts it. SQLite knows no such limit.
    """
    session.remove()
    _upserts.clear()
    previous: Engine | None = session.session_factory.kw["bind"]
    if previous is not None:
        previous.dispose()
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            hide_parameters=True,  # numbers of people, in the text of each error
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_MS / 1000},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        _autocommit.clear()
    else:
        engine = _postgresql_engine(
            url,
            statement_timeout_s,
            # What is searched for decides the plan: a partial index serves constants only.
            "-c plan_cache_mode=force_custom_plan",
        )
        autocommit = _postgresql_engine(
            url, statement_timeout_s, isolation_level="AUTOCOMMIT", pool_reset_on_return=None
        )
        event.listen(engine, "engine_disposed", lambda _engine: autocommit.dispose())
        _autocommit[:] = [autocommit]
    session.configure(bind=engine)
    return engine


def autocommit_engine() -> Engine | None:
    """Connections whose every statement is a transaction; None where SQLite is bound."""
    return _autocommit[0] if _autocommit else None


def _postgresql_engine(
    url: str, statement_timeout_s: float, settings: str = "", **options: Any
) -> Engine:
    # Compiling (JIT) takes a quarter of a second, more than any of our statements.
    settings += f" -c jit=off -c statement_timeout={statement_timeout_s * 1000:.0f}"
    engine = create_engine(
        url,
        pool_size=POOL_SIZE,
        hide_parameters=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "options": settings},
        **options,
    )
    event.listen(engine, "checkout", partial(_ping_if_idle, engine.dialect))
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "invalidate", _note_broken)
    return engine


def _ping_if_idle(dialect: Dialect, connection: Any, record: Any, _proxy: Any) -> None:
    """A connection that the server has closed meanwhile is replaced by a new one."""
    used_at = record.info.get("used_at", time.monotonic())
    if used_at > max(time.monotonic() - PING_AFTER_IDLE_S, _last_broken_at[0]):
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _note_broken(*_: Any) -> None:
    """Where one connection broke, the others may have: each is pinged before its next use."""
    _last_broken_at[0] = time.monotonic()


def took_too_long(error: BaseException) -> bool:
    """Whether PostgreSQL broke off a statement because of its time limit."""
    return isinstance(error, DBAPIError) and isinstance(error.orig, QueryCanceled)


def without_time_limit(connection: Connection) -> None:
    """For the rest of the transaction on it, statements may take as long as they need."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = (
        None  # the driver's own BEGIN comes too late for writers; _begin_sqlite does it
    )
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    """Writers take SQLite's write lock at once: a reader that turns writer later fails where
    another wrote between."""
    writes = connection.get_execution_options().get("todoku_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction: begins, or joins the one under way; the outermost commits, an exception
    rolls all back.

    What was read before it in the same session is read anew, so a decision never rests on an older
    snapshot.
    """
    current = session()
    if current.info.get("in_transaction"):
        yield current
        return
    current.commit()
    current.info["in_transaction"] = True
    current.info["after_commit"] = []
    try:
        current.connection(execution_options={"todoku_writes": True})
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        raise
    finally:
        callbacks = current.info.pop("after_commit")
        current.info["in_transaction"] = False
    for callback in callbacks:
        callback()


def after_commit(callback: Callable[[], None]) -> None:
    """Run `callback` once the transaction under way is really committed; never when it is rolled
    back."""
    session().info["after_commit"].append(callback)


def insert_if_new(table: type[Base], **values: Any) -> bool:
    """Insert a row unless a unique constraint says it is there already. True when this call
    inserted it.

    Waits for another transaction that is inserting the same, so afterwards the row is there either
    way.
    """
    return bool(insert_ignoring(table, [values], literal(1)))


def insert_ignoring(
    table: type[Base], rows: Sequence[Mapping[str, Any]], returned: Any
) -> Sequence[Any]:
    """Insert those of the rows that no unique constraint refuses; `returned` of each of them."""
    statement = insert_on_conflict(table).on_conflict_do_nothing().returning(returned)
    key = f"{table.__tablename__} unless there, {returned}"
    return execute_upsert(statement, rows, key=key).scalars().all()


def execute_upsert(
    statement: Insert, rows: Sequence[Mapping[str, Any]], *, key: str
) -> CursorResult[Any]:
    """Execute it with the rows as parameters; `key` names this statement.

    For one row it is compiled once and kept, as SQLAlchemy does with every statement that has no ON
    CONFLICT: those it compiles each time, which took a caller longer than the statement itself.
    """
    connection = session.connection()
    if len(rows) > 1:
        return connection.execute(statement, rows)
    columns = tuple(rows[0])
    compiled = _upserts.get((key, columns))
    if compiled is None:
        compiled = statement.compile(dialect=connection.dialect, column_keys=columns)
        _upserts[key, columns] = compiled
    return connection.execute(compiled, rows[0])  # type: ignore[call-overload, no-any-return]


def insert_on_conflict(table: type[Base]) -> Any:
    """The INSERT of this database that can say ON CONFLICT.

    Without `values()` and executed by `execute_upsert` it costs callers the least.
    """
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return (postgresql.insert if is_postgresql else sqlite.insert)(table.__table__)  # type: ignore[arg-type]
