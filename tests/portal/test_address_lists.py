"""アクセス可能グローバルIPアドレス: who may use an account from where (SPEC §4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.roles import Role
from app.models.account import Account
from app.models.company_ip_range import CompanyIpRange
from app.models.database import session, transaction
from app.models.user import User
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]
OFFICE = "203.0.113.7"


@pytest.fixture
def listed() -> Account:
    """An account of a company with a list."""
    return factories.account("本店", of=factories.company("制限株式会社"))


@pytest.fixture
def free() -> Account:
    return factories.account("見本店")


@pytest.fixture
def who(listed: Account, free: Account) -> User:
    """At home in both companies."""
    someone = factories.member_of(listed)
    factories.membership(someone, free, Role.MEMBER)
    return someone


def _allow(account: Account, *ranges: str) -> None:
    with transaction():
        for cidr in ranges:
            session.add(CompanyIpRange(company_id=account.company_id, cidr=cidr))


def _come_from(someone: Visitor, address: str) -> Visitor:
    someone.client.environ_base["REMOTE_ADDR"] = address
    return someone


@pytest.mark.parametrize(
    ("ranges", "address", "status"),
    [
        (["203.0.113.0/24"], OFFICE, 200),
        (["203.0.113.0/24"], f"::ffff:{OFFICE}", 200),
        (["2001:db8::/32"], "2001:db8::7", 200),
        (["203.0.113.0/24"], "198.51.100.9", 403),
        (["203.0.113.0/24"], "2001:db8::7", 403),
        ([], "198.51.100.9", 200),
    ],
)
def test_each_request_is_checked(
    visitor: NewVisitor, listed: Account, ranges: list[str], address: str, status: int
) -> None:
    someone = visitor().sign_in(factories.member_of(listed))
    assert someone.get("/numbers/").status_code == 200
    _allow(listed, *ranges)
    assert _come_from(someone, address).get("/numbers/").status_code == status


def test_the_refusal_names_the_address_and_the_ways_out(
    visitor: NewVisitor, who: User, listed: Account
) -> None:
    _allow(listed, OFFICE)
    someone = _come_from(visitor(), OFFICE).sign_in(who, listed)
    answer = _come_from(someone, "198.51.100.9").get("/numbers/")
    page = words(answer)
    assert "This account cannot be used from here" in page
    assert "制限株式会社 allows the use of its accounts only from certain IP addresses" in page
    assert "Your IP address: 198.51.100.9" in page
    assert "Incoming numbers" not in page
    assert 'href="/accounts/"' in answer.get_data(as_text=True)
    assert 'action="/sign-out"' in answer.get_data(as_text=True)
    asked = someone.get("/numbers/", Accept="application/json")
    assert (asked.status_code, asked.json["error"]) == (403, "address_refused")
    assert asked.json["go_to"] == "/accounts/"


def test_choosing_the_account_is_refused_and_the_one_before_stays(
    visitor: NewVisitor, who: User, listed: Account, free: Account
) -> None:
    _allow(listed, OFFICE)
    someone = visitor().sign_in(who, free)
    someone.get("/accounts/")
    answer = someone.post("/accounts/", account_id=listed.id)
    assert answer.status_code == 403
    assert "Your IP address: 127.0.0.1" in words(answer)
    assert "見本店 Member" in someone.text("/numbers/")


def test_accounts_of_other_companies_stay_usable(
    visitor: NewVisitor, who: User, listed: Account, free: Account
) -> None:
    someone = visitor().sign_in(who, listed)
    _allow(listed, OFFICE)
    assert someone.get("/numbers/").status_code == 403
    someone.get("/accounts/")
    assert someone.post("/accounts/", account_id=free.id).status_code == 302
    assert "見本店 Member" in someone.text("/numbers/")


def test_the_only_account_is_refused_after_sign_in(visitor: NewVisitor, listed: Account) -> None:
    _allow(listed, OFFICE)
    someone = visitor()
    who = factories.member_of(listed)
    someone.get("/sign-in")
    answer = someone.post(
        "/sign-in", mail_address=who.mail_address, password=factories.PASSWORD, follow=True
    )
    assert answer.status_code == 403
    assert "Your IP address: 127.0.0.1" in words(answer)


def test_operators_come_from_everywhere(visitor: NewVisitor, listed: Account) -> None:
    _allow(listed, OFFICE)
    someone = visitor().sign_in(factories.user(is_operator=True))
    assert "制限株式会社" in someone.text("/")


def test_the_companys_admins_see_in_the_audit_trail_who_was_refused(
    visitor: NewVisitor, who: User, listed: Account, free: Account
) -> None:
    _allow(listed, OFFICE)
    someone = visitor().sign_in(who, free)
    someone.get("/accounts/")
    for _ in range(3):
        assert someone.post("/accounts/", account_id=listed.id).status_code == 403
    admin = _come_from(visitor(), OFFICE).sign_in(factories.member_of(listed))
    page = admin.text("/audit-trail/?action=account.refused")
    told = f"{who.mail_address} 127.0.0.1 本店 Refused: IP address not allowed 本店"
    assert page.count(told) == 1
    elsewhere = visitor().sign_in(factories.member_of(free))
    assert who.mail_address not in elsewhere.text("/audit-trail/?action=account.refused")
