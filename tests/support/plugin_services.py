"""Fixtures for the real servers. The keeper process starts with the run and ends with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing.connection import Client
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy.engine import make_url

from tests.support.services.keeper import SOCKET_NAME
from tests.support.services.redis import DATABASES

FOLDER_VARIABLE = "TODOKU_TEST_SERVICES"
KEEPER = pytest.StashKey["subprocess.Popen[str]"]()
STOP_TIMEOUT_S = 40


def _is_xdist_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    if _is_xdist_worker(config):
        return
    folder = Path(tempfile.mkdtemp(prefix="todoku-tests-"))
    folder.chmod(0o755)  # the user postgres has to get to its files in it
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.support.services.keeper", str(folder)],
        cwd=config.rootpath,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    config.stash[KEEPER] = keeper
    os.environ[FOLDER_VARIABLE] = str(folder)  # inherited by the xdist workers
    assert keeper.stdout is not None
    if keeper.stdout.readline() != "ready\n":
        raise pytest.UsageError("the keeper of the test servers did not start")


def pytest_unconfigure(config: pytest.Config) -> None:
    keeper = config.stash.get(KEEPER, None)
    if keeper is None:
        return
    keeper.communicate(timeout=STOP_TIMEOUT_S)
    shutil.rmtree(os.environ.pop(FOLDER_VARIABLE), ignore_errors=True)


def ask_keeper(kind: str) -> str:
    """The address of the server of this kind, started now if it is not running.

    Raises RuntimeError with the end of its log.
    """
    path = Path(os.environ[FOLDER_VARIABLE]) / SOCKET_NAME
    with Client(str(path), family="AF_UNIX") as connection:
        connection.send(kind)
        answer: dict[str, str] = connection.recv()
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["url"]


def worker_number() -> int:
    """The number of this xdist worker from 0; 0 without xdist."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """The SQLAlchemy address of a PostgreSQL server's own database `postgres`, as superuser."""
    return ask_keeper("postgresql")


@pytest.fixture
def empty_postgresql(postgresql_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The SQLAlchemy address of a database without a table, dropped after the test."""
    server = make_url(postgresql_server)
    name = f"test_{os.getpid()}_{abs(hash(request.node.nodeid))}"
    with psycopg.connect(plain_url(postgresql_server), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield server.set(database=name).render_as_string(hide_password=False)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def redis_url() -> Iterator[str]:
    """The address of an empty Redis database that nobody else uses."""
    assert worker_number() < DATABASES
    url = f"{ask_keeper('redis')}/{worker_number()}"
    yield url
    with redis.Redis.from_url(url) as client:
        client.flushdb()


@pytest.fixture
def rabbitmq_url() -> str:
    """The address of an empty virtual host of RabbitMQ, which takes 6 s to start at first use."""
    return ask_keeper("rabbitmq")


def plain_url(url: str) -> str:
    """A SQLAlchemy address as libpq takes it: without the name of the driver."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
