"""Who may open what (SPEC §3): every route has a rule, and the rule is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.domain.roles import OPERATOR, RIGHTS, Right, Role
from app.models import flow as flow_table
from app.models import incoming_number
from app.models.account import Account
from app.models.database import session
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import all_companies
from app.portal.access_rules import EXCEPTIONS, Access, access_of
from app.portal.roles import ACCOUNT, fab_roles
from tests.portal.conftest import Visitor
from tests.support import factories

NewVisitor = Callable[[], Visitor]
MENU = {
    Role.COMPANY_ADMIN: ["Incoming numbers", "Delivery log", "Call counts", "Support"],
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


def _path(rule: Rule) -> str:
    """An address of the route, of a row that is not there."""
    values = dict.fromkeys(rule.arguments, "999")
    built = rule.build(values, append_unknown=False)
    assert built is not None
    return built[1]


def _method(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or ()) else "POST"


def test_every_route_without_an_exception_asks_for_a_permission(app: Flask) -> None:
    without = [
        rule.endpoint
        for rule in _guarded(app)
        if not hasattr(app.view_functions[rule.endpoint], "_permission_name")
    ]
    assert without == []


def test_no_exception_is_left_over(app: Flask) -> None:
    assert set(EXCEPTIONS) - set(app.view_functions) == set()


def test_a_stranger_is_led_to_sign_in_from_everywhere(app: Flask) -> None:
    client = app.test_client()
    rules = [
        rule for rule in app.url_map.iter_rules() if access_of(rule.endpoint) is not Access.PUBLIC
    ]
    for rule in rules:
        answer = client.open(_path(rule), method=_method(rule))
        assert answer.status_code == 302, rule
        assert answer.location.startswith("/sign-in"), rule


@pytest.mark.parametrize("role", [*Role, OPERATOR])
def test_roles_get_403_exactly_where_their_rights_end(
    app: Flask, visitor: NewVisitor, role: str
) -> None:
    who = (
        factories.user(is_operator=True)
        if role == OPERATOR
        else factories.member_of(factories.account(), Role(role))
    )
    app.config["WTF_CSRF_ENABLED"] = False
    someone = visitor().sign_in(who)
    rights = set() if role == OPERATOR else {f"can_{right}" for right in RIGHTS[Role(role)]}
    for rule in _guarded(app):
        view = app.view_functions[rule.endpoint]
        resource = view.__self__.class_permission_name
        permission = f"can_{view._permission_name}"
        allowed = permission in rights if resource == ACCOUNT else role == OPERATOR
        answer = someone.client.open(_path(rule), method=_method(rule))
        assert (answer.status_code != 403) is allowed, (rule, answer.status)
        assert answer.status_code < 500, (rule, answer.status)


@pytest.mark.parametrize("role", Role)
def test_a_row_of_another_account_is_not_found_and_stays_as_it_is(
    app: Flask, visitor: NewVisitor, role: Role
) -> None:
    """Every route with a row's id, on a row of the own account and on a foreign company's."""
    app.config["WTF_CSRF_ENABLED"] = False
    own, foreign = factories.account(), factories.account()
    foreign_number = published_number(foreign)
    someone = visitor().sign_in(factories.member_of(own, role))
    before = as_stored(foreign_number)
    for rule in [rule for rule in _guarded(app) if rule.arguments]:
        view = app.view_functions[rule.endpoint]
        if view.__self__.class_permission_name != ACCOUNT:
            continue
        assert rule.arguments == {"number_id"}, f"{rule}: say here what its rows are"
        if Right(view._permission_name) not in RIGHTS[role]:
            continue
        for number in (foreign_number, published_number(own)):
            address = rule.build({"number_id": number.id}, append_unknown=False)
            assert address is not None
            answer = someone.client.open(address[1], method=_method(rule))
            is_foreign = number is foreign_number
            assert (answer.status_code == 404) is is_foreign, (rule, answer.status)
    assert as_stored(foreign_number) == before


def published_number(account: Account) -> IncomingNumber:
    number = factories.incoming_number(account, label="as it was")
    factories.published_flow(number)
    return number


def as_stored(number: IncomingNumber) -> tuple[object, ...]:
    session.remove()
    with all_companies("test"):
        stored, flow = incoming_number.by_id(number.id), flow_table.live_flow(number.id)
        assert stored is not None
        assert flow is not None
        return stored.label, flow.draft, flow.draft_revision, flow.published_version_id


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
    assert "Incoming numbers" not in page
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
