"""Flask-AppBuilder's own screens and APIs, which skip our rules, are not there (DESIGN §3b)."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

import pytest
from flask import Flask

from tests.portal.conftest import Visitor
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]
DOORS = (
    "/back",
    "/lang/en",
    "/login/",
    "/login",
    "/logout/",
    "/oauth-authorized/x",
    "/api/v1/security/login",
    "/api/v1/security/refresh",
    "/api/v1/security/users/",
    "/api/v1/security/users/1",
    "/api/v1/security/roles/",
    "/api/v1/security/permissions/",
    "/api/v1/security/resources/",
    "/api/v1/security/groups/",
    "/api/v1/security/apikeys/",
    "/api/v1/menu/",
    "/api/v1/_openapi",
    "/api/v1/openapi.json",
    "/api/v2/_openapi",
    "/openapi/v1",
    "/swagger/v1",
    "/swaggerview/v1",
    "/users/list/",
    "/users/add",
    "/users/userinfo/",
    "/users/action/resetmypassword/1",
    "/userinfoeditview/form",
    "/resetpassword/form",
    "/resetmypassword/form",
    "/roles/list/",
    "/groups/list/",
    "/userstatschartview/chart/",
    "/permissions/list/",
    "/viewmenus/list/",
    "/permissionviews/list/",
    "/registeruser/list/",
    "/register/form",
    "/register/activation/x",
    "/download/secret.txt",
    "/uploads/secret.txt",
    "/static/appbuilder/js/ab.js",
    "/appbuilder/static/css/ab.css",
    "/static/uploads/secret.txt",
    "/static/../../../config.py",
    "/static/%2e%2e/%2e%2e/%2e%2e/config.py",
)


@pytest.mark.parametrize("signed_in", [False, True], ids=["signed_out", "operator"])
@pytest.mark.parametrize("path", DOORS)
def test_a_door_is_not_there(app: Flask, visitor: NewVisitor, path: str, signed_in: bool) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    someone = visitor()
    if signed_in:
        someone.sign_in(factories.user(is_operator=True))
    for method in ("GET", "POST", "PUT", "DELETE"):
        with someone.client.open(path, method=method) as answer:
            assert answer.status_code in (404, 405), (method, answer.status)


def test_a_right_password_gets_no_token(app: Flask, visitor: NewVisitor) -> None:
    who = factories.member_of(factories.account())
    for provider in ("db", "ldap"):
        login = {"username": who.mail_address, "password": factories.PASSWORD}
        answer = visitor().client.post(
            "/api/v1/security/login", json={**login, "provider": provider}
        )
        assert answer.status_code == 404
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")]


def test_basic_and_bearer_headers_open_nothing(visitor: NewVisitor) -> None:
    for header in ("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "Basic YTpi"):
        answer = visitor().get("/numbers/", Authorization=header)
        assert answer.location.startswith("/sign-in")


def test_no_route_comes_from_the_framework(app: Flask) -> None:
    """A later version that registers something of its own is seen here."""
    foreign = {
        rule.endpoint: app.view_functions[rule.endpoint].__module__
        for rule in app.url_map.iter_rules()
        if app.view_functions[rule.endpoint].__module__.startswith("flask_appbuilder")
        and not type(
            getattr(app.view_functions[rule.endpoint], "__self__", None)
        ).__module__.startswith("app.")
    }
    assert foreign == {}, version("flask-appbuilder")
