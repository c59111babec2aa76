"""A migrated, empty database for each test, on SQLite and on PostgreSQL.

`--database=sqlite|postgresql|both` says on which (both unless told). Tests really commit, from
several threads too: SQLite gets a fresh copy of a migrated file, PostgreSQL has one database per
xdist worker whose rows are deleted after each test.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from app.models import database
from migrations.commands import upgrade
from tests.support.plugin_services import plain_url, worker_number

ENGINES = ("sqlite", "postgresql")
TABLES_OF_ALEMBIC = ("alembic_version",)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=(*ENGINES, "both"),
        default="both",
        help="run the tests that use a database on this one (default: on both)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_engine" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--database")
        engines = ENGINES if wanted == "both" else (wanted,)
        if metafunc.definition.get_closest_marker("any_database"):
            engines = engines[:1]
        metafunc.parametrize("database_engine", engines)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "any_database: what is tested lies before the database, one will do"
    )


@pytest.fixture
def database_url(database_engine: str, request: pytest.FixtureRequest) -> str:
    """The SQLAlchemy address of a migrated database without rows, for this test alone."""
    url: str = request.getfixturevalue(f"{database_engine}_database")
    return url


@pytest.fixture
def db(database_url: str) -> Iterator[Engine]:
    """The database of this test, bound to `app.models.database.session`."""
    engine = database.configure(database_url)
    yield engine
    database.session.remove()
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite3"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_database(migrated_sqlite_file: Path, tmp_path: Path) -> str:
    path = tmp_path / "test.sqlite3"
    shutil.copyfile(migrated_sqlite_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: str) -> str:
    name = f"worker_{worker_number()}"
    url = make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(plain_url(postgresql_server), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    upgrade(url)
    return url


@pytest.fixture
def postgresql_database(migrated_postgresql: str) -> Iterator[str]:
    yield migrated_postgresql
    _delete_rows(migrated_postgresql)


def _delete_rows(url: str) -> None:
    """In small tables DELETE takes a tenth of the time of TRUNCATE, which makes new files."""
    with psycopg.connect(plain_url(url)) as connection:
        # Tables refer to each other in a ring; as a replica PostgreSQL checks no reference.
        connection.execute("SET LOCAL session_replication_role = replica")
        for table in _tables(connection):
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


def _tables(connection: psycopg.Connection[tuple[Any, ...]]) -> list[str]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [table for (table,) in rows if table not in TABLES_OF_ALEMBIC]
