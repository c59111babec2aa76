"""The headers that every answer of the portal carries over HTTPS, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine

from app.models import database
from app.portal.factory import create_app
from config import Settings
from tests.portal.conftest import Visitor
from tests.support import factories

HOST = "https://portal.example"
ANSWERS = ("/sign-in", "/static/css/base.css", "/nowhere", "/numbers/", "/deliveries/download.csv")


@pytest.fixture
def secure_app(db: Engine, settings: Settings) -> Iterator[Flask]:
    url = db.url.render_as_string(hide_password=False)
    own = settings.model_copy(update={"portal_base_url": HOST, "database_url": url})
    told: list[int] = []
    yield create_app(own, told.append)
    connection = database.session.connection()
    database.session.remove()
    connection.engine.dispose()


@pytest.mark.any_database
@pytest.mark.parametrize("path", ANSWERS)
@pytest.mark.parametrize("signed_in", [False, True], ids=["signed_out", "signed_in"])
def test_every_answer_over_https(secure_app: Flask, path: str, signed_in: bool) -> None:
    secure_app.config["WTF_CSRF_ENABLED"] = False
    someone = Visitor(secure_app)
    if signed_in:
        user = factories.member_of(factories.account())
        answer = someone.client.post(
            "/sign-in",
            data={"mail_address": user.mail_address, "password": factories.PASSWORD},
            base_url=HOST,
        )
        (cookie,) = (one for one in answer.headers.getlist("Set-Cookie") if "portal" in one)
        assert cookie.startswith("__Host-portal=")
        for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert attribute in cookie
        assert "Domain" not in cookie
    with someone.client.get(path, base_url=HOST) as got:
        policy = dict(
            rule.strip().split(" ", 1)
            for rule in got.headers["Content-Security-Policy"].split(";")
            if rule.strip()
        )
        assert policy["default-src"] == "'none'"  # what is not named below is forbidden: object-src
        assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert "unsafe" not in policy["script-src"]
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Referrer-Policy"] == "same-origin"
        transport = got.headers["Strict-Transport-Security"]
        assert "includeSubDomains" in transport
        assert int(transport.partition("max-age=")[2].partition(";")[0]) >= 31_536_000
        assert "Access-Control-Allow-Origin" not in got.headers
