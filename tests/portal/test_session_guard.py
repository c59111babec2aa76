"""The guard before every request, as scripts and lapsed sessions meet it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.models import incoming_number
from app.models.tenant_scope import TenantScopeError
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]
JSON = {"Accept": "application/json"}


def test_a_script_without_a_session_is_told_where_to_sign_in(app: Flask) -> None:
    answer = app.test_client().get("/numbers/?q=1", headers=JSON)
    assert answer.status_code == 401
    assert answer.json["error"] == "session_ended"
    assert answer.json["go_to"] == "/sign-in?next=/numbers/?q%3D1"


def test_a_script_without_an_account_is_told_where_to_choose(visitor: NewVisitor) -> None:
    who = factories.member_of(factories.account())
    factories.membership(who, factories.account())
    answer = visitor().sign_in(who).get("/numbers/", Accept="application/json")
    assert answer.status_code == 403
    assert answer.json["go_to"] == "/accounts/?next=/numbers/"


def test_a_form_sent_after_the_session_ended_leads_to_sign_in(app: Flask) -> None:
    answer = app.test_client().post("/numbers/1/flow", data={"csrf_token": "old"})
    assert answer.status_code == 302
    assert answer.location == "/sign-in"


def test_the_scope_ends_with_the_request(visitor: NewVisitor) -> None:
    visitor().sign_in(factories.member_of(factories.account())).get("/numbers/")
    with pytest.raises(TenantScopeError):
        incoming_number.of_account()


def test_the_scope_ends_with_a_failed_request(
    app: Flask, visitor: NewVisitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = visitor().sign_in(factories.member_of(factories.account()))
    monkeypatch.setattr("app.portal.views.incoming_numbers.count_numbers", lambda _search: 1 / 0)
    assert someone.get("/numbers/").status_code == 500
    with pytest.raises(TenantScopeError):
        incoming_number.of_account()


def test_an_unknown_address_is_404_for_everybody(app: Flask, visitor: NewVisitor) -> None:
    assert app.test_client().get("/nowhere").status_code == 404
    signed_in = visitor().sign_in(factories.member_of(factories.account()))
    answer = signed_in.get("/nowhere")
    assert answer.status_code == 404
    assert "This page does not exist" in words(answer)
