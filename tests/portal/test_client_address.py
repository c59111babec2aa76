"""From where a request comes, whatever it claims (SPEC §4)."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Engine

from app.portal.client_address import client_address, client_network
from app.portal.factory import create_app
from config import Settings

pytestmark = pytest.mark.any_database

SOCKET = "10.0.0.1"  # whoever is connected: a client, or the last proxy


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, None, SOCKET),
        (0, "203.0.113.7", SOCKET),
        (0, "203.0.113.7, 198.51.100.1", SOCKET),
        (1, None, SOCKET),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (1, "6.6.6.6,127.0.0.1 , 203.0.113.7", "203.0.113.7"),
        (1, "::ffff:203.0.113.7", "203.0.113.7"),
        (1, "2001:DB8::0:7", "2001:db8::7"),
        (1, "nonsense' OR 1=1", ""),
        (2, None, SOCKET),
        (2, "203.0.113.7", SOCKET),
        (2, "203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
    ],
)
def test_only_the_trusted_proxies_are_believed(
    db: Engine,
    settings: Settings,
    mails_told: list[int],
    proxies: int,
    forwarded: str | None,
    seen: str,
) -> None:
    own = settings.model_copy(update={"trusted_proxies": proxies})
    app = create_app(own, mails_told.append)
    found: list[str] = []
    app.before_request_funcs[None].insert(0, lambda: found.append(client_address()))
    headers = {"X-Forwarded-For": forwarded, "X-Real-Ip": "6.6.6.6"} if forwarded else {}
    app.test_client().get("/sign-in", headers=headers, environ_overrides={"REMOTE_ADDR": SOCKET})
    assert found == [seen]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
    ],
)
def test_what_counts_as_one_client(app: Flask, address: str, network: str) -> None:
    with app.test_request_context(environ_overrides={"REMOTE_ADDR": address}):
        assert client_network() == network


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.1.2.3", {}, 200),
        ("::ffff:192.168.0.9", {}, 200),
        ("2a00:1450::1", {}, 404),
        ("8.8.8.8", {}, 404),
        ("10.1.2.3", {"X-Forwarded-For": "8.8.8.8"}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", {"Forwarded": "for=8.8.8.8"}, 404),
    ],
)
def test_metrics_are_for_the_inside(
    app: Flask, address: str, headers: dict[str, str], status: int
) -> None:
    answer = app.test_client().get(
        "/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": address}
    )
    assert answer.status_code == status
