"""Made-up parameters and hidden fields: no page fails over them, none shows more than before."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import lxml.html
import pytest
from flask import Flask
from sqlalchemy import Table, or_, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.domain.roles import Role
from app.models.account import Account
from app.models.company_ip_range import CompanyIpRange
from app.models.database import Base, session, transaction
from app.models.membership import Membership
from app.models.user import User
from tests.portal import form_fields
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
    *form_fields.names(),
    *("page", "psize", "page_size", "sort", "descending", "older_than", "newer_than"),
    *("user_id", "is_operator", "next", "id", "pk"),
    *("_flt_0_account", "_flt_0_account_id", "_flt_0_id", "_flt_3_name", "_oc_CompanyView"),
    *("_od_CompanyView", "page_CompanyView", "psize_CompanyView", "__format__"),
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


def text_of(answer: TestResponse) -> str:
    """What it says; of a workbook, what its parts say."""
    if not answer.data.startswith(b"PK"):
        return answer.get_data(as_text=True)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


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
            assert f"{SECRET}-" not in text_of(answer), rule
            assert f"{SECRET.lower()}@" not in text_of(answer).lower(), rule


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
@pytest.mark.parametrize("who", ["signed_out", "company_admin", "operator"])
def test_junk_in_every_field(
    app: Flask, visitor: NewVisitor, account: Account, who: str, junk: str
) -> None:
    """Every POST, with every field that any form of ours has, and some that none has."""
    app.config["WTF_CSRF_ENABLED"] = False
    someone = arrive(visitor(), who, account)
    cookies = dict(someone.client._cookies or {})
    for (method, path), rule in sorted(routes(app).items()):
        if method == "GET" or expected()[method, path][who] != "in":
            continue
        someone.client._cookies = dict(cookies)
        data = dict.fromkeys((*form_fields.names(), *form_fields.UNASKED), junk)
        with someone.client.post(address_of(rule, account), data=data) as answer:
            assert answer.status_code < 500, (path, junk)


def test_every_field_of_every_form_is_tried(
    app: Flask, visitor: NewVisitor, account: Account
) -> None:
    found = set()
    for who in ("signed_out", "company_admin", "operator"):
        someone = arrive(visitor(), who, account)
        for rule in pages(app, who):
            with someone.client.get(address_of(rule, account)) as answer:
                if answer.mimetype == "text/html":
                    page = lxml.html.fromstring(answer.get_data())
                    found |= set(page.xpath("//form//*/@name")) - {"csrf_token"}
    untried = sorted(found - set(form_fields.names()))
    assert not untried, f"say in form_fields.py what a forger puts in: {untried}"
    unknown = sorted(set(form_fields.names()) - found)
    assert not unknown, f"fields of form_fields.py without a form: {unknown}"


def test_no_form_of_a_company_reaches_another_one(
    app: Flask, visitor: NewVisitor, account: Account
) -> None:
    """The admin of a company sends the ids of another one, and what no form has, everywhere."""
    app.config["WTF_CSRF_ENABLED"] = False
    foreign = factories.account()
    factories.published_flow(factories.incoming_number(foreign))
    factories.member_of(foreign)
    someone = arrive(visitor(), "company_admin", account)
    cookies = dict(someone.client._cookies or {})
    data = form_fields.forged(foreign)
    before = rows_of(foreign)
    assert len(before) > 5
    tried = 0
    for (method, path), rule in sorted(routes(app).items()):
        if method == "GET" or expected()[method, path]["company_admin"] != "in":
            continue
        someone.client._cookies = dict(cookies)
        with someone.client.post(address_of(rule, account), data=data) as answer:
            assert answer.status_code < 500, path
            assert "evil" not in answer.headers.get("Location", ""), path
        assert rows_of(foreign) == before, path
        tried += 1
    assert tried > 15
    with transaction():
        assert session.scalars(select(User).where(User.is_operator)).all() == []


def test_the_same_form_unforged_is_taken(app: Flask, visitor: NewVisitor, account: Account) -> None:
    """So that the test before refuses what is forged, and not for want of something else."""
    app.config["WTF_CSRF_ENABLED"] = False
    someone = arrive(visitor(), "company_admin", account)
    data = form_fields.forged(account) | {"role": "member"}
    assert someone.client.post("/users/new", data=data).status_code == 302
    with transaction():
        (made,) = session.scalars(select(User).where(User.mail_address == "forged@example.jp"))
        assert (made.is_operator, made.password_hash == "forged") == (False, False)


@pytest.mark.parametrize("role", ["company_admin", "operator", "", "MEMBER", "member,admin"])
def test_no_role_is_given_that_a_company_may_not_give(
    app: Flask, visitor: NewVisitor, account: Account, role: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    someone = arrive(visitor(), "company_admin", account)
    member = factories.member_of(account, Role.MEMBER)
    data = form_fields.forged(account) | {"role": role}
    for page in ("new", f"{member.id}/edit"):
        assert someone.client.post(f"/users/{page}", data=data).status_code == 200
    with transaction():
        roles = session.scalars(select(Membership.role).where(Membership.user_id == member.id))
        assert list(roles) == [Role.MEMBER]


def test_our_own_staffs_forms_store_what_they_show_and_no_more(
    app: Flask, visitor: NewVisitor, account: Account
) -> None:
    """Editing a row with the fields of all forms: it stays its company's, and nobody's rights or
    secrets change."""
    app.config["WTF_CSRF_ENABLED"] = False
    other = factories.account()
    someone = arrive(visitor(), "operator", account)
    user = factories.member_of(account, Role.MEMBER)
    with transaction():
        allowed = CompanyIpRange(company_id=account.company_id, cidr="198.51.100.0/24")
        session.add(allowed)
        session.flush()
        range_id = allowed.id
    edited = {"accounts": account.id, "ip-ranges": range_id, "users": user.id}
    for screen, row_id in edited.items():
        data = form_fields.forged(other)
        del data["seen"]  # as if he had seen what is there
        answer = someone.client.post(f"/back-office/{screen}/{row_id}/edit", data=data)
        assert answer.status_code == 302, screen
    with transaction():
        assert session.get_one(Account, account.id).name == "Forged"
        assert session.get_one(Account, account.id).company_id == account.company_id
        moved = session.get_one(CompanyIpRange, range_id)
        assert (moved.cidr, moved.company_id) == ("203.0.113.0/24", account.company_id)
        renamed = session.get_one(User, user.id)
        assert renamed.name == "Forged"
        for kept in ("mail_address", "is_operator", "password_hash", "is_active", "deleted_at"):
            assert getattr(renamed, kept) == getattr(user, kept), kept
        roles = session.scalars(select(Membership.role).where(Membership.user_id == user.id))
        assert list(roles) == [Role.MEMBER]


@pytest.mark.parametrize(
    "query",
    [
        "_flt_0_is_operator=1&_flt_3_name=x&_flt_2_password_hash=a",
        "_oc_BackOfficeUserView=password_hash&_od_BackOfficeUserView=desc",
        "sort=password_hash&descending=1",
        "sort=totp_secret",
        "psize_BackOfficeUserView=1&page_BackOfficeUserView=7&psize=1&page_size=1",
    ],
)
def test_generated_lists_take_nothing_but_their_own_parameters(
    app: Flask, visitor: NewVisitor, account: Account, query: str
) -> None:
    someone = arrive(visitor(), "operator", account)
    for _ in range(3):
        factories.member_of(account)
    asked, plain = (
        lxml.html.fromstring(someone.get(address).get_data()).xpath("//tbody//tr/*[1]//text()")
        for address in (f"/back-office/users/?{query}", "/back-office/users/")
    )
    assert asked == plain != []


def rows_of(account: Account) -> list[str]:
    """All rows, of whatever table, of the account and its company."""
    session.remove()
    return sorted(
        f"{table.name} {row}"
        for table in Base.metadata.sorted_tables
        if (belongs := _belonging(table, account))
        for row in session.execute(table.select().where(or_(*belongs)))
    )


def _belonging(table: Table, account: Account) -> list[Any]:
    ids = {"account_id": account.id, "company_id": account.company_id}
    if table.name in ("account", "company"):
        ids = {"id": account.id if table.name == "account" else account.company_id}
    return [table.c[name] == value for name, value in ids.items() if name in table.c]
