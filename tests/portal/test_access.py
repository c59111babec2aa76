"""Rights and the menu by role (SPEC §3); who gets which answer is in access_matrix.py."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.domain.roles import RIGHTS, Right, Role
from app.portal.access_rules import EXCEPTIONS, Access, access_of
from app.portal.roles import fab_roles
from tests.portal.conftest import Visitor
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]
MENU = {
    Role.COMPANY_ADMIN: [
        "Incoming numbers",
        "Delivery log",
        "Call counts",
        "Company users",
        "Support",
    ],
    Role.SENIOR_ADMIN: ["Incoming numbers", "Delivery log", "Call counts", "Support"],
    Role.ADMIN: ["Incoming numbers", "Support"],
    Role.MEMBER: ["Incoming numbers", "Support"],
}


def _guarded(app: Flask) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if access_of(rule.endpoint) is Access.ACCOUNT and rule.endpoint not in EXCEPTIONS
    ]


def test_every_route_without_an_exception_asks_for_a_permission(app: Flask) -> None:
    without = [
        rule.endpoint
        for rule in _guarded(app)
        if not hasattr(app.view_functions[rule.endpoint], "_permission_name")
    ]
    assert without == []


def test_no_exception_is_left_over(app: Flask) -> None:
    assert set(EXCEPTIONS) - set(app.view_functions) == set()


@pytest.mark.parametrize("role", Role)
def test_the_menu_shows_what_the_role_may_do_in_order(
    app: Flask, visitor: NewVisitor, role: Role
) -> None:
    someone = visitor().sign_in(factories.member_of(factories.account(), role))
    page = someone.get("/numbers/").get_data(as_text=True)
    sidebar = page[page.index('id="sidebar"') : page.index("<main")]
    found = sorted((sidebar.index(f"<span>{label}</span>"), label) for label in MENU[role])
    assert [label for _, label in found] == MENU[role]
    assert sidebar.count('class="sidebar__link"') == len(MENU[role])


def test_support_opens_outside_in_a_new_tab(visitor: NewVisitor) -> None:
    someone = visitor().sign_in(factories.member_of(factories.account()))
    page = someone.get("/numbers/").get_data(as_text=True)
    link = page[page.index('href="https://support.example/help"') :]
    assert 'target="_blank"' in link[: link.index(">")]
    assert 'rel="noopener"' in link[: link.index(">")]


def test_operators_land_in_the_back_office_and_see_nothing_else(visitor: NewVisitor) -> None:
    factories.company("デモ株式会社")
    someone = visitor().sign_in(factories.user(is_operator=True))
    page = someone.text("/")
    assert "デモ株式会社" in page
    assert "Call counts" not in page
    assert someone.get("/numbers/").status_code == 403
    assert someone.get("/accounts/").location == "/"


def test_permissions_match_whole_words_only() -> None:
    """Flask-AppBuilder matches with re.match: "Account" must not open "AccountSecrets"."""
    for rules in fab_roles().values():
        for view, permission in rules:
            assert view.endswith(")$")
            assert permission.endswith(")$")


def test_each_role_has_the_rights_of_the_domain() -> None:
    for role in Role:
        _, permissions = fab_roles()[role][0]
        for right in Right:
            assert (f"can_{right}" in permissions) is (right in RIGHTS[role])
