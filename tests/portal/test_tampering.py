"""Made-up parameters and hidden fields: no page fails over them, none shows more than before."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from app.models.account import Account
from app.models.database import session
from app.models.incoming_number import IncomingNumber
from app.models.membership import Membership
from app.models.tenant_scope import all_companies
from app.models.user import User
from tests.portal.access_matrix import expected
from tests.portal.conftest import Visitor
from tests.portal.test_access_matrix import address_of, arrive, routes
from tests.support import factories

pytestmark = pytest.mark.slow

NewVisitor = Callable[[], Visitor]
JUNK = (
    "-1",
    "99999999999999999999",
    "\0",
    "'; DROP TABLE company_user; --" + "x" * 5_000,
)
PARAMETERS = (
    *("page", "psize", "page_size", "sort", "descending", "older_than", "newer_than"),
    *("q", "since", "until", "recipient", "number", "actor", "action", "company", "name"),
    *("account_id", "company_id", "user_id", "role", "is_operator", "next", "id", "pk"),
    *("_flt_0_account", "_flt_0_account_id", "_flt_0_id", "_flt_3_name", "_oc_CompanyView"),
    *("_od_CompanyView", "page_CompanyView", "psize_CompanyView", "__format__", "mail_address"),
)
SECRET = "SECRET-OF-ANOTHER-COMPANY"


@pytest.fixture
def account(app: Flask) -> Account:
    """The visitor's; beside it a company whose every row says SECRET."""
    foreign = factories.account(f"{SECRET}-account", of=factories.company(f"{SECRET}-company"))
    number = factories.incoming_number(foreign, label=f"{SECRET}-label")
    factories.published_flow(number)
    factories.message(factories.call(number), text=SECRET)
    factories.membership(factories.user(f"{SECRET}@example.jp"), foreign)
    return factories.account()


def pages(app: Flask, who: str) -> list[Rule]:
    return [
        rule
        for (method, path), rule in sorted(routes(app).items())
        if method == "GET" and expected()[method, path][who] == "in"
    ]


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
@pytest.mark.parametrize("who", ["signed_out", "company_admin", "operator"])
def test_junk_in_every_parameter(
    app: Flask, visitor: NewVisitor, account: Account, who: str, junk: str
) -> None:
    someone = arrive(visitor(), who, account)
    query = urlencode(dict.fromkeys(PARAMETERS, junk))
    for rule in pages(app, who):
        with someone.client.get(f"{address_of(rule, account)}?{query}") as answer:
            assert answer.status_code < 500, (rule, junk)
            if who == "company_admin":
                assert SECRET not in answer.get_data(as_text=True), rule


@pytest.mark.parametrize(
    "query",
    [
        "account_id={account}&company_id={company}",
        "_flt_0_account={account}&_flt_0_account_id={account}&_flt_0_company={company}",
        "_flt_1_id=0&_flt_2_id=0&psize=100000&page_size=100000&limit=100000",
        "company=SECRET&actor=SECRET&q=SECRET&name=SECRET&recipient=09012345678",
        "sort=account_id&descending=1&order_column=account_id&order_direction=desc",
        "older_than=99999999999999999-9999999&newer_than=0-0",
        "is_operator=1&role=operator&scope=0&tenant_account_id={account}",
    ],
)
def test_no_parameter_widens_what_is_seen(
    app: Flask, visitor: NewVisitor, account: Account, query: str
) -> None:
    foreign = account.id - 1
    someone = arrive(visitor(), "company_admin", account)
    query = query.format(account=foreign, company=account.company_id - 1)
    for rule in pages(app, "company_admin"):
        with someone.client.get(f"{address_of(rule, account)}?{query}") as answer:
            assert answer.status_code < 500, rule
            # a page may repeat the word that was searched for, never more of a row than that
            assert f"{SECRET}-" not in answer.get_data(as_text=True), rule
            assert f"{SECRET.lower()}@" not in answer.get_data(as_text=True).lower(), rule


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
@pytest.mark.parametrize("who", ["signed_out", "company_admin", "operator"])
def test_junk_in_every_field(
    app: Flask, visitor: NewVisitor, account: Account, who: str, junk: str
) -> None:
    """Every POST, with every field name that any form of ours has."""
    app.config["WTF_CSRF_ENABLED"] = False
    someone = arrive(visitor(), who, account)
    cookies = dict(someone.client._cookies or {})
    for (method, path), rule in sorted(routes(app).items()):
        if method == "GET" or expected()[method, path][who] != "in":
            continue
        someone.client._cookies = dict(cookies)
        data = dict.fromkeys(FIELDS, junk)
        with someone.client.post(address_of(rule, account), data=data) as answer:
            assert answer.status_code < 500, (path, junk)


FIELDS = (
    *("mail_address", "password", "current_password", "new_password", "confirmation", "code"),
    *("next", "language", "account_id", "company_id", "label", "name", "role", "roles"),
    *("revision", "text_1", "text_2", "text_4", "text_5", "sender", "body", "short_urls"),
    *("roles-0-account_id", "roles-0-role", "is_active", "file", "number", "digits", "cidr"),
    *("requires_totp", "account", "company", "user", "fingerprint", "seen", "is_operator"),
)


def test_a_hidden_field_cannot_name_another_account(
    app: Flask, visitor: NewVisitor, account: Account
) -> None:
    """Forged ids of another company in every form that the admin of a company can send."""
    app.config["WTF_CSRF_ENABLED"] = False
    foreign = factories.account(of=factories.company())
    someone = arrive(visitor(), "company_admin", account)
    cookies = dict(someone.client._cookies or {})
    forged = dict.fromkeys(("account_id", "account", "roles-0-account_id"), foreign.id) | {
        "company_id": foreign.company_id,
        "mail_address": "forged@example.jp",
        "name": "Forged",
        "is_active": "1",
        "is_operator": "1",
        "role": "company_admin",
        "roles-0-role": "company_admin",
        "label": "forged",
    }
    for (method, path), rule in sorted(routes(app).items()):
        if method == "GET" or expected()[method, path]["company_admin"] != "in":
            continue
        someone.client._cookies = dict(cookies)
        with someone.client.post(address_of(rule, account), data=forged) as answer:
            assert answer.status_code < 500, path
    with all_companies("test"):
        rows = [
            *session.scalars(select(Membership).where(Membership.account_id == foreign.id)),
            *session.scalars(select(IncomingNumber).where(IncomingNumber.account_id == foreign.id)),
            *session.scalars(select(User).where(User.is_operator)),
        ]
    assert rows == []
