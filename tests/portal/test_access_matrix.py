"""Every route and method, asked by everybody: the answers of the table, no more and no less."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from app import clock
from app.domain.roles import Role
from app.domain.sms_status import MessageStatus
from app.models import guidance_audio
from app.models.account import Account
from app.models.company_ip_range import CompanyIpRange
from app.models.database import Base, session, transaction
from app.models.user import User
from app.models.user_session import UserSession
from app.services import user_sessions
from app.services.user_sessions import Browser
from tests.portal.access_matrix import ROUTES, WHO, expected
from tests.portal.conftest import Visitor
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.any_database]

NewVisitor = Callable[[], Visitor]
LED_TO = {
    "/sign-in": "sign-in",
    "/accounts/": "accounts",
    "/password": "password",
    "/second-factor/": "factor",
    "/second-factor/enrol": "enrol",
}
CHANGES: dict[str, dict[str, object]] = {
    "suspended": {"is_active": False},
    "must_change": {"password_set_at": clock.now() - timedelta(days=91)},
    "owes_factor": {"totp_secret": "A" * 32},
}
AUTOMATIC = {"HEAD", "OPTIONS"}


def routes(app: Flask) -> dict[tuple[str, str], Rule]:
    return {
        (method, re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"<\1>", rule.rule)): rule
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - AUTOMATIC
    }


def test_every_route_has_a_row_and_every_row_a_route(app: Flask) -> None:
    there, told = set(routes(app)), set(expected())
    assert there - told == set(), "say in ROUTES of access_matrix.py who may use them"
    assert told - there == set(), "rows of access_matrix.py without a route"
    assert len(ROUTES.split()) == 3 * len(told)


@pytest.mark.parametrize("who", WHO)
def test_the_answers(app: Flask, visitor: NewVisitor, who: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    account = factories.account()
    someone = arrive(visitor(), who, account)
    cookies = dict(someone.client._cookies or {})
    wrong = []
    for (method, path), rule in sorted(routes(app).items()):
        someone.client._cookies = dict(cookies)  # as he came: signing out ends only one try
        _wake_all_sessions()
        address = address_of(rule, account)
        data = {"account_id": account.id} if path == "/accounts/" else None
        with someone.client.open(address, method=method, data=data) as answer:
            want, got = expected()[method, path][who], answer_of(answer, path)
        if got == "sign-in" and path == "/sign-out":
            got = "in"
        if got != want:
            wrong.append(f"{method} {path}: {got}, not {want}")
    assert wrong == []


def test_what_is_not_found_stays_as_it_is(app: Flask, visitor: NewVisitor) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    account = factories.account()
    someone = arrive(visitor(), "other_company", account)
    tried = 0
    for (method, path), rule in routes(app).items():
        if method != "GET" and expected()[method, path]["other_company"] in ("403", "404"):
            address = address_of(rule, account)
            before = stored()
            data = {"account_id": account.id, "name": "x", "label": "x", "revision": "1"}
            someone.client.open(address, method=method, data=data)
            assert stored() == before, (method, path)
            tried += 1
    assert tried > 20


def stored() -> dict[str, list[str]]:
    """All rows of all tables."""
    session.remove()
    tables = Base.metadata.sorted_tables
    return {table.name: sorted(map(repr, session.execute(table.select()))) for table in tables}


def arrive(someone: Visitor, who: str, account: Account) -> Visitor:
    """The visitor as the column of the table says."""
    match who:
        case "signed_out":
            return someone
        case "operator":
            return someone.sign_in(factories.user(is_operator=True))
        case "other_company":
            return someone.sign_in(factories.member_of(factories.account()))
        case "choosing":
            user = factories.member_of(account)
            factories.membership(user, factories.account())
            return someone.sign_in(user)
        case "outside":
            someone.sign_in(factories.member_of(account))
            with transaction():
                session.add(CompanyIpRange(company_id=account.company_id, cidr="203.0.113.0/24"))
            return someone
        case "suspended" | "must_change" | "owes_factor":
            user = factories.member_of(account)
            someone.sign_in(user)
            with transaction():
                for name, value in CHANGES[who].items():
                    setattr(session.get_one(User, user.id), name, value)
            return someone
        case _:
            return someone.sign_in(factories.member_of(account, Role(who)))


def _wake_all_sessions() -> None:
    with transaction():
        session.execute(update(UserSession).values(ended_at=None))


def answer_of(answer: Response, path: str) -> str:
    """In the table's words."""
    assert answer.status_code < 500, (path, answer.status)
    if answer.status_code == 403 and "Your IP address:" in answer.get_data(as_text=True):
        return "address"
    if answer.status_code in (401, 403, 404, 405):
        return str(answer.status_code)
    to = urlsplit(answer.headers.get("Location", "")).path
    return LED_TO.get(to, "in") if to != path else "in"


def address_of(rule: Rule, account: Account) -> str:
    """The route on a new row of the account, so that no try sees what another one did."""
    values: dict[str, object] = {
        "filename": "css/base.css",
        "token": "x" * 43,
    }
    for name, row in ROWS_OF_ARGUMENTS.items():
        if name in rule.arguments:
            values[name] = row(account)
    if "number_id" in rule.arguments:
        values |= _number(rule, account)
    if "slot" in rule.arguments:
        values |= {"version_number": 1, "slot": "1"}
        with transaction():
            guidance_audio.add_if_new("1" * 64, "source", b"RIFF", 1000)
    if "pk" in rule.arguments:
        table = rule.rule.split("/")[2]
        values["pk"] = ROWS[table](account)
        values["action"] = ACTIONS.get(table, "delete")
    built = rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)
    assert built is not None
    return built[1]


def _number(rule: Rule, account: Account) -> dict[str, object]:
    """A number with a flow, unless the route is to register one."""
    number = factories.incoming_number(account)
    values: dict[str, object] = {"number_id": number.id}
    if rule.endpoint == "IncomingNumberView.register_flow":
        return values
    flow = factories.published_flow(number)
    values |= {"flow_id": flow.id, "version_id": flow.published_version_id}
    if "plan_id" in rule.arguments:
        values["plan_id"] = factories.publication_plan(flow).id
    if "trial_id" in rule.arguments:
        values["trial_id"] = factories.trial_call(flow).id
    return values


def _session(account: Account) -> object:
    user_sessions.begin(factories.member_of(account).id, 0, Browser("203.0.113.7", ""))
    return session.scalar(select(func.max(UserSession.id)))


def _ip_range(_account: Account) -> int:
    company_id = factories.company().id  # not the visitor's: he would be shut out
    with transaction():
        row = CompanyIpRange(company_id=company_id, cidr="203.0.113.0/24")
        session.add(row)
        session.flush()
        return row.id


ROWS_OF_ARGUMENTS: dict[str, Callable[[Account], object]] = {
    "audio_file_id": lambda account: factories.audio_file(account).id,
    "entry_id": lambda account: factories.suppressed_number(account).id,
    "message_id": lambda account: (
        factories.message(factories.call(factories.incoming_number(account))).id
    ),
    "hint_id": lambda account: factories.reading_hint(account).id,
    "session_id": _session,
    "user_id": lambda account: factories.member_of(account, Role.MEMBER).id,
}
ACTIONS = {
    "dead-letters": "resend",
    "operators": "remove-second-factor",
    "users": "unlock",
}
ROWS: dict[str, Callable[[Account], object]] = {
    "accounts": lambda _account: factories.account().id,
    "calls": lambda account: factories.call(factories.incoming_number(account)).id,
    "companies": lambda _account: factories.company().id,
    "company-admins": lambda account: factories.membership(factories.user(), account).id,
    "dead-letters": lambda account: (
        factories.message(
            factories.call(factories.incoming_number(account)), status=MessageStatus.INTERNAL_ERROR
        ).id
    ),
    "ip-ranges": _ip_range,
    "messages": lambda account: (
        factories.message(factories.call(factories.incoming_number(account))).id
    ),
    "numbers": lambda account: factories.incoming_number(account).id,
    "operators": lambda _account: factories.user(is_operator=True).id,
    "sender-numbers": lambda _account: factories.sender_number(factories.account()).id,
    "users": lambda account: factories.member_of(account).id,
}
