"""Screens that write: generated forms, one service each, nothing half saved."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.roles import Role
from app.models.account import Account
from app.models.audit_entry import AuditEntry
from app.models.company import Company
from app.models.company_ip_range import CompanyIpRange
from app.models.database import session
from app.models.incoming_number import IncomingNumber
from app.models.mail import Mail
from app.models.membership import Membership
from app.models.sender_number import SenderNumber
from app.models.tenant_scope import all_companies
from app.models.user import User, by_mail_address
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.any_database]

NewVisitor = Callable[[], Visitor]
BASE = "/back-office"
SCREENS = {
    "companies": Company,
    "ip-ranges": CompanyIpRange,
    "accounts": Account,
    "numbers": IncomingNumber,
    "sender-numbers": SenderNumber,
    "users": User,
    "company-admins": Membership,
}


@pytest.fixture
def operator(visitor: NewVisitor) -> Visitor:
    return visitor().sign_in(factories.user("operator@example.jp", is_operator=True))


def stored(statement: Any) -> list[Any]:
    session.rollback()
    with all_companies("test"):
        return list(session.scalars(statement))


def count(table: Any) -> int:
    return int(stored(select(func.count(table.id)))[0])


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return found[1]


def entered(screen: str) -> dict[str, object]:
    """A form that is complete, for the screen."""
    account = factories.account()
    member = factories.member_of(account, Role.MEMBER)
    return {
        "companies": {"name": "デモ株式会社", "requires_totp": "y"},
        "ip-ranges": {"company_id": account.company_id, "cidr": "203.0.113.9/24"},
        "accounts": {"company_id": account.company_id, "name": "本店"},
        "numbers": {"account_id": account.id, "number": "０５０-3000-0001", "label": "駅前"},
        "sender-numbers": {"account_id": account.id, "digits": "03-1234-5678"},
        "users": {
            "account_id": account.id,
            "name": "佐藤 企子",
            "mail_address": "sato@example.jp",
        },
        "company-admins": {"account_id": account.id, "mail_address": member.mail_address},
    }[screen]


@pytest.mark.parametrize("screen", SCREENS)
def test_adding(operator: Visitor, screen: str) -> None:
    form = entered(screen)
    before, trail = count(SCREENS[screen]), count(AuditEntry)
    operator.get(f"{BASE}/{screen}/add")
    answer = operator.post(f"{BASE}/{screen}/add", follow=True, **form)
    assert "was added." in words(answer), words(answer)
    if screen == "company-admins":
        assert stored(select(Membership.role)) == [Role.COMPANY_ADMIN]
    else:
        assert count(SCREENS[screen]) == before + 1
    assert count(AuditEntry) > trail
    last = stored(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))[0]
    assert last.actor == "operator@example.jp"


@pytest.mark.parametrize("screen", SCREENS)
def test_an_empty_form_is_refused_field_by_field(operator: Visitor, screen: str) -> None:
    before = count(SCREENS[screen])
    operator.get(f"{BASE}/{screen}/add")
    answer = operator.post(f"{BASE}/{screen}/add")
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert "error-summary" in page
    assert 'aria-invalid="true"' in page
    assert count(SCREENS[screen]) == before


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize(
    "text", ["あ" * 5000, "\0", "😀👨‍👩‍👧 \u202e 㐂", "' OR 1=1 --", "<b>x</b>"]
)
def test_odd_text_is_no_error(operator: Visitor, screen: str, text: str) -> None:
    form = entered(screen)
    operator.get(f"{BASE}/{screen}/add")
    for name in form:
        answer = operator.post(f"{BASE}/{screen}/add", follow=True, **{**form, name: text})
        assert answer.status_code == 200, (name, answer.status)
        assert "<b>x</b>" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("screen", SCREENS)
def test_a_form_without_the_token_is_refused(operator: Visitor, screen: str) -> None:
    form = entered(screen)
    before = count(SCREENS[screen])
    row = stored(select(SCREENS[screen].id).limit(1))
    operator.get(f"{BASE}/{screen}/add")
    assert operator.client.post(f"{BASE}/{screen}/add", data=form).status_code == 400
    for pk in row:
        assert operator.client.post(f"{BASE}/{screen}/{pk}/delete").status_code == 400
    assert count(SCREENS[screen]) == before


@pytest.mark.parametrize("screen", [name for name in SCREENS if "company" not in name])
@pytest.mark.parametrize("chosen", ["999999", "-1", "x", "9" * 30, "", "1e3"])
def test_a_tampered_choice_is_refused(operator: Visitor, screen: str, chosen: str) -> None:
    form = entered(screen)
    key = next((name for name in form if name.endswith("_id")), None)
    if key is None:
        return
    before = count(SCREENS[screen])
    operator.get(f"{BASE}/{screen}/add")
    answer = operator.post(f"{BASE}/{screen}/add", **{**form, key: chosen})
    assert answer.status_code == 200
    assert "error-summary" in answer.get_data(as_text=True)
    assert count(SCREENS[screen]) == before


def test_a_name_that_is_taken_is_said_beside_the_field(operator: Visitor) -> None:
    factories.company("デモ株式会社")
    operator.get(f"{BASE}/companies/add")
    page = operator.post(f"{BASE}/companies/add", name="デモ株式会社").get_data(as_text=True)
    assert 'id="name-error"' in page
    assert "There is a company of this name already." in page
    assert count(Company) == 1
    assert count(AuditEntry) == len(stored(select(AuditEntry).where(AuditEntry.action != "x")))
    assert stored(select(AuditEntry.id).where(AuditEntry.action == "company.create")) == []


def test_editing(operator: Visitor) -> None:
    company = factories.company("古い名前")
    page = operator.get(f"{BASE}/companies/{company.id}/edit").get_data(as_text=True)
    assert 'value="古い名前"' in page
    answer = operator.post(
        f"{BASE}/companies/{company.id}/edit", name="新しい名前", seen=seen_in(page), follow=True
    )
    assert "新しい名前 was saved." in words(answer)
    (entry,) = stored(select(AuditEntry).where(AuditEntry.action == "company.update"))
    assert (entry.before, entry.after) == ({"name": "古い名前"}, {"name": "新しい名前"})
    assert entry.company_id == company.id


def test_the_second_of_two_who_edit_is_told_and_shown_both(
    visitor: NewVisitor, operator: Visitor
) -> None:
    company = factories.company("元の名前")
    address = f"{BASE}/companies/{company.id}/edit"
    other = visitor().sign_in(factories.user(is_operator=True))
    mine, theirs = (seen_in(who.get(address).get_data(as_text=True)) for who in (operator, other))
    other.post(address, name="先の名前", seen=theirs)
    answer = operator.post(address, name="後の名前", seen=mine)
    page = answer.get_data(as_text=True)
    assert "Somebody else changed this meanwhile." in page
    assert "Company name: 先の名前" in words(answer)
    assert 'value="後の名前"' in page
    assert stored(select(Company.name)) == ["先の名前"]
    operator.post(address, name="後の名前", seen=seen_in(page))
    assert stored(select(Company.name)) == ["後の名前"]


def test_an_edit_without_what_was_seen_counts_as_having_seen_what_is_there(
    operator: Visitor,
) -> None:
    company = factories.company()
    operator.get(f"{BASE}/companies/{company.id}/edit")
    operator.post(f"{BASE}/companies/{company.id}/edit", name="名前", seen="nonsense")
    assert stored(select(Company.name)) == [company.name]


def test_deleting_asks_and_says_what_happens(operator: Visitor) -> None:
    company = factories.company("間違い商事")
    address = f"{BASE}/companies/{company.id}"
    assert "is not deleted. This can't be undone." in operator.text(f"{address}/delete")
    assert count(Company) == 1
    assert "間違い商事 was deleted." in words(operator.post(f"{address}/delete", follow=True))
    assert count(Company) == 0


def test_what_is_in_use_is_not_deleted(operator: Visitor) -> None:
    account = factories.account()
    number = factories.incoming_number(account)
    factories.published_flow(number)
    sender = factories.sender_number(account)
    for screen, row in (
        ("companies", account.company_id),
        ("accounts", account.id),
        ("numbers", number.id),
        ("sender-numbers", sender.id),
    ):
        address = f"{BASE}/{screen}/{row}"
        operator.get(f"{address}/delete")
        answer = words(operator.post(f"{address}/delete", follow=True))
        assert "was deleted" not in answer
        assert "is not deleted" in answer or "stays there" in answer or "first" in answer
    counts = [count(table) for table in (Company, Account, IncomingNumber, SenderNumber)]
    assert counts == [1, 1, 1, 1]
    assert stored(select(AuditEntry.id).where(AuditEntry.action.endswith(".delete"))) == []


def test_a_company_admin_is_made_and_gets_his_password_by_mail(operator: Visitor) -> None:
    account = factories.account()
    operator.get(f"{BASE}/users/add")
    form = {"mail_address": "Sato@example.jp", "name": "佐藤", "account_id": account.id}
    operator.post(f"{BASE}/users/add", **form)
    user = by_mail_address("sato@example.jp")
    assert user is not None
    assert user.password_is_temporary
    (mail,) = stored(select(Mail))
    assert (mail.recipient, mail.kind) == ("sato@example.jp", "temporary_password")
    again = operator.post(f"{BASE}/users/add", **form)
    assert "There is a user with this mail address already" in words(again)
    assert count(Mail) == 1


def test_what_can_be_done_with_a_user(operator: Visitor) -> None:
    user = factories.member_of(factories.account())
    address = f"{BASE}/users/{user.id}"

    def offered() -> set[str]:
        page = operator.get(address).get_data(as_text=True)
        return set(re.findall(rf'href="{address}/([a-z-]+)"', page))

    def do(action: str) -> User:
        operator.get(f"{address}/{action}")
        assert operator.post(f"{address}/{action}").status_code == 302
        return User(**vars_of(user.id))

    assert offered() == {"edit", "reset-password", "suspend", "delete"}
    assert not do("suspend").is_active
    assert offered() == {"edit", "resume", "delete"}
    assert do("resume").is_active
    assert do("delete").deleted_at is not None
    assert offered() == {"edit", "restore"}
    assert do("restore").deleted_at is None
    do("reset-password")
    assert [mail.kind for mail in stored(select(Mail))] == ["password_reset"]


def vars_of(user_id: int) -> dict[str, Any]:
    (user,) = stored(select(User).where(User.id == user_id))
    return {"is_active": user.is_active, "deleted_at": user.deleted_at}


def test_operators_are_not_among_the_company_users(operator: Visitor) -> None:
    colleague = factories.user("colleague@example.jp", is_operator=True)
    assert "colleague@example.jp" not in operator.text(f"{BASE}/users/")
    for page in ("", "/edit", "/suspend", "/delete"):
        assert operator.get(f"{BASE}/users/{colleague.id}{page}").status_code == 404
    operator.get(f"{BASE}/users/")
    assert operator.post(f"{BASE}/users/{colleague.id}/suspend").status_code == 404


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("page", ["999999/edit", "x/edit", "x/delete", "999999/delete", "1/bogus"])
def test_rows_and_actions_that_are_not_there(operator: Visitor, screen: str, page: str) -> None:
    assert operator.get(f"{BASE}/{screen}/{page}").status_code == 404


@pytest.mark.parametrize("role", Role)
def test_companies_have_no_business_here(app: Flask, visitor: NewVisitor, role: Role) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    who = factories.member_of(factories.account(), role)
    someone = visitor().sign_in(who)
    for screen in SCREENS:
        for page in ("", "add", "1", "1/delete"):
            answer = someone.get(f"{BASE}/{screen}/{page}")
            assert answer.status_code in (403, 404), (screen, page)
        assert someone.client.post(f"{BASE}/{screen}/add", data={}).status_code == 403
    suspended = someone.client.post(f"{BASE}/users/{who.id}/delete")
    assert suspended.status_code == 403
    assert stored(select(User.deleted_at).where(User.id == who.id)) == [None]
