"""What every page keeps to: headers, language, caching, errors that say what to do."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from app.models.database import session
from app.portal.factory import create_app
from config import Settings
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]
BUDGET_BYTES = 300_000


def test_scripts_need_the_nonce_of_this_very_page(app: Flask) -> None:
    client = app.test_client()
    nonces = set()
    for _ in range(2):
        answer = client.get("/sign-in")
        policy = answer.headers["Content-Security-Policy"]
        nonce = re.search(r"script-src 'self' 'nonce-([^']+)'", policy)
        assert nonce, policy
        assert f'<script nonce="{nonce[1]}">' in answer.get_data(as_text=True)
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        nonces.add(nonce[1])
    assert len(nonces) == 2


def test_pages_have_no_inline_styles_and_handlers(visitor: NewVisitor) -> None:
    account = factories.account()
    factories.published_flow(factories.incoming_number(account))
    page = visitor().sign_in(factories.member_of(account)).get("/numbers/").get_data(as_text=True)
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", page)


def test_other_headers(app: Flask) -> None:
    headers = app.test_client().get("/sign-in").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_https_is_forced_where_people_use_it_but_not_on_watchers(
    db: Engine, settings: Settings
) -> None:
    own = settings.model_copy(update={"portal_base_url": "https://portal.example"})
    client = create_app(own, [].append).test_client()
    assert client.get("/sign-in").location == "https://localhost/sign-in"
    answer = client.get("/sign-in", base_url="https://portal.example")
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    for watched in ("/healthz", "/readyz", "/metrics"):
        assert client.get(watched).status_code == 200


def test_static_files_are_kept_for_ever_and_pages_stay_within_the_budget(
    visitor: NewVisitor,
) -> None:
    account = factories.account()
    for index in range(50):
        factories.incoming_number(account, f"+8150310{index:05d}", "駅前ポスター")
    someone = visitor().sign_in(factories.member_of(account))
    page = someone.get("/numbers/")
    total = len(page.data)
    for path in sorted(
        set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page.get_data(as_text=True)))
    ):
        with someone.client.get(path) as file:
            assert file.status_code == 200
            assert "immutable" in file.headers["Cache-Control"]
            total += len(file.data)
    assert total < BUDGET_BYTES
    with someone.client.get("/static/js/toast.js") as module:  # imported by others, without version
        assert module.headers["Cache-Control"] == "no-cache"


def test_the_language_is_switched_by_a_form_and_kept(app: Flask) -> None:
    someone = Visitor(app)
    assert '<html lang="ja">' in someone.get("/sign-in?next=/numbers/").get_data(as_text=True)
    answer = someone.post("/language", language="en", back="/sign-in?next=/numbers/")
    assert answer.location == "/sign-in?next=/numbers/"
    assert '<html lang="en">' in someone.get("/sign-in").get_data(as_text=True)
    assert someone.post("/language", language="en", back="//evil.example").location == "/"
    assert someone.post("/language", language="xx").status_code == 400


def test_scripts_get_errors_as_json(app: Flask) -> None:
    answer = app.test_client().get("/nowhere", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json["error"] == "http_404"


def test_an_unexpected_error_says_what_to_do_and_nothing_of_the_inside(
    visitor: NewVisitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = visitor().sign_in(factories.member_of(factories.account()))

    def fail(_search: str) -> int:
        raise RuntimeError("the inside")

    monkeypatch.setattr("app.portal.views.incoming_numbers.count_numbers", fail)
    answer = someone.get("/numbers/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in words(answer)
    assert "the inside" not in answer.get_data(as_text=True)


def test_the_error_page_needs_no_database(
    visitor: NewVisitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = visitor().sign_in(factories.member_of(factories.account()))

    def away(*_arguments: object, **_options: object) -> None:
        raise OperationalError("SELECT", {}, Exception("server closed the connection"))

    monkeypatch.setattr(session, "execute", away)
    for path in ("/numbers/", "/nowhere"):
        answer = someone.get(path)
        assert answer.status_code == 500
        assert "Something went wrong on our side" in words(answer)


def test_what_is_too_large_is_refused(app: Flask) -> None:
    answer = app.test_client().post("/sign-in", data={"mail_address": "x" * 1_100_000})
    assert answer.status_code == 413
