"""The tests' own tools do what the tests rely on."""

from __future__ import annotations

import socket

import psycopg
import pytest
import redis
from celery import Celery
from sqlalchemy import Engine, func, select

from app.domain.roles import Role
from app.models.company import Company
from app.models.database import session
from tests.support import factories
from tests.support.parallel import at_once
from tests.support.plugin_rules import ConnectionOutside
from tests.support.plugin_services import plain_url

pytestmark = pytest.mark.slow

ROUNDS = 2


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.com"])
def test_no_connection_leaves_this_machine(host: str) -> None:
    with pytest.raises(ConnectionOutside):
        socket.create_connection((host, 80), timeout=1)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_each_test_finds_an_empty_database(db: Engine, _round: int) -> None:
    assert session.scalar(select(func.count()).select_from(Company)) == 0
    account = factories.account()
    factories.member_of(account, Role.MEMBER)
    factories.sender_number(account)
    number = factories.incoming_number(account)
    flow = factories.published_flow(number)
    call = factories.call(number, flow=flow)
    assert factories.message(call).account_id == account.id


def test_threads_commit_side_by_side(db: Engine) -> None:
    companies = at_once(*[factories.company] * 8)
    assert [company for company in companies if isinstance(company, Exception)] == []
    assert session.scalar(select(func.count()).select_from(Company)) == 8


def test_a_new_postgresql_database_has_no_table(empty_postgresql: str) -> None:
    with psycopg.connect(plain_url(empty_postgresql)) as connection:
        query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(query).fetchone() == (0,)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_redis_is_empty(redis_url: str, _round: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        assert client.set("left", "behind")


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_rabbitmq_is_empty(rabbitmq_url: str, _round: int) -> None:
    with Celery(broker=rabbitmq_url).connection_for_write() as connection:
        queue = connection.SimpleQueue("left")
        assert queue.qsize() == 0
        queue.put("behind")
        queue.close()
