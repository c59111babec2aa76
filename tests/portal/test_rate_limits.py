"""How often somebody may try to get in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from flask import Flask
from limits.storage import storage_from_string
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from app.models import database
from app.portal.factory import create_app
from app.portal.rate_limits import LIMITS, limiter_config
from config import Settings
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]


@pytest.fixture
def limited(app: Flask) -> Flask:
    """Three tries a minute per client, two per mail address, and none used up."""
    app.config.update(
        RATELIMIT_ENABLED=True, LIMIT_PER_CLIENT="3 per minute", LIMIT_PER_MAIL_ADDRESS="2/minute"
    )
    app.appbuilder.sm.limiter.reset()  # type: ignore[attr-defined]
    return app


def _fail(someone: Visitor, mail_address: str) -> TestResponse:
    return someone.post("/sign-in", mail_address=mail_address, password="Wrong-Passw0rd!")


def _from(someone: Visitor, address: str) -> Visitor:
    someone.client.environ_base["REMOTE_ADDR"] = address
    return someone


def test_every_form_that_lets_in_is_limited(app: Flask) -> None:
    assert LIMITS.keys() <= app.view_functions.keys()


def test_a_client_may_fail_so_often(limited: Flask, visitor: NewVisitor) -> None:
    someone = visitor()
    someone.get("/sign-in")
    statuses = [_fail(someone, f"nobody-{n}@example.jp").status_code for n in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert "Too many tries" in words(_fail(someone, "nobody@example.jp"))
    assert someone.get("/sign-in").status_code == 200
    other = _from(visitor(), "203.0.113.7")
    other.get("/sign-in")
    assert _fail(other, "nobody-9@example.jp").status_code == 200


def test_the_answer_says_when_to_try_again(
    frozen: time_machine.Traveller, limited: Flask, visitor: NewVisitor
) -> None:
    frozen.move_to(datetime(2026, 11, 24, 5, 48, 30, tzinfo=UTC))  # 14:48 in Japan
    someone = visitor()
    someone.get("/sign-in")
    for n in range(3):
        assert _fail(someone, f"nobody-{n}@example.jp").status_code == 200
        frozen.shift(timedelta(seconds=10))
    refused = _fail(someone, "nobody@example.jp")
    seconds = int(refused.headers["Retry-After"])
    assert 30 <= seconds <= 31
    assert "You can try again from 2026/11/24 14:50 (Japan time)." in words(refused)
    frozen.shift(timedelta(seconds=seconds - 3))
    assert _fail(someone, "nobody@example.jp").status_code == 429
    frozen.shift(timedelta(seconds=3))
    assert _fail(someone, "nobody@example.jp").status_code == 200


def test_one_ipv6_customer_is_one_client(limited: Flask, visitor: NewVisitor) -> None:
    someone = visitor()
    someone.get("/sign-in")
    statuses = [
        _fail(_from(someone, f"2001:db8::{n}"), f"nobody-{n}@example.jp").status_code
        for n in range(4)
    ]
    assert statuses == [200, 200, 200, 429]


@pytest.mark.usefixtures("frozen")
def test_an_address_is_limited_alike_whether_it_exists(limited: Flask, visitor: NewVisitor) -> None:
    who = factories.member_of(factories.account())
    answers = []
    for mail_address in (who.mail_address, "nobody@example.jp"):
        someone = visitor()
        someone.get("/sign-in")
        for n in range(3):
            typed = mail_address.upper() if n else f" {mail_address}"
            answer = _fail(_from(someone, f"198.51.100.{len(answers) * 10 + n}"), typed)
        answers.append((answer.status_code, words(answer)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 429


def test_signing_in_uses_no_try_up(limited: Flask, visitor: NewVisitor) -> None:
    account = factories.account()
    for _ in range(6):
        visitor().sign_in(factories.member_of(account))


def test_a_script_is_told_in_json(limited: Flask, visitor: NewVisitor) -> None:
    someone = visitor()
    someone.get("/sign-in")
    for n in range(4):
        answer = someone.client.post(
            "/sign-in",
            data={"csrf_token": someone._token, "mail_address": f"n{n}@example.jp"},
            headers={"Accept": "application/json"},
        )
    assert answer.json["error"] == "http_429"


@pytest.fixture
def new_host(
    db: Engine, settings: Settings, mails_told: list[int]
) -> Iterator[Callable[[str], Flask]]:
    """Makes another copy of the portal on the same database, which counts in this Redis."""
    database_url = db.url.render_as_string(hide_password=False)
    engines: list[Engine] = []

    def new(redis_url: str) -> Flask:
        own = settings.model_copy(update={"database_url": database_url, "redis_url": redis_url})
        host = create_app(own, mails_told.append)
        engines.append(database.session.get_bind())
        host.config.update(LIMIT_PER_CLIENT="3 per minute")
        return host

    yield new
    database.session.remove()
    for engine in engines:
        engine.dispose()


def _fail_often(host: Flask, times: int) -> list[int]:
    someone = Visitor(host)
    someone.get("/sign-in")
    return [_fail(someone, f"nobody-{n}@example.jp").status_code for n in range(times)]


def test_several_hosts_count_together_in_redis(
    new_host: Callable[[str], Flask], redis_url: str
) -> None:
    assert _fail_often(new_host(redis_url), 2) == [200, 200]
    assert _fail_often(new_host(redis_url), 2) == [200, 429]
    with redis.Redis.from_url(redis_url) as client:
        keys = b" ".join(client.keys())
    assert b"portal" in keys
    assert b"example.jp" not in keys


def test_without_redis_each_host_counts_for_itself(new_host: Callable[[str], Flask]) -> None:
    host = new_host("redis://127.0.0.1:1/0")
    assert _fail_often(host, 4) == [200, 200, 200, 429]


def test_a_socket_of_redis_is_understood() -> None:
    config = limiter_config("unix:///run/redis.sock?db=2")
    assert config["RATELIMIT_STORAGE_URI"] == "redis+unix:///run/redis.sock?db=2"
    storage = storage_from_string(config["RATELIMIT_STORAGE_URI"])
    assert storage.storage.connection_pool.connection_kwargs["path"] == "/run/redis.sock"
