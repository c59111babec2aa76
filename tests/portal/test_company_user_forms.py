"""「企業ユーザー管理」: forms and dialogs, and what tampering gets (SPEC §11)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.roles import Role
from app.models.account import Account
from app.models.company import Company
from app.models.database import session, transaction
from app.models.membership import Membership
from app.models.user import User
from tests.portal.company_users_support import ADDRESS, addresses, as_stored, fields
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.any_database]

NewVisitor = Callable[[], Visitor]


@pytest.fixture
def company(db: object) -> Company:
    return factories.company("デモ株式会社")


@pytest.fixture
def account(company: Company) -> Account:
    return factories.account("本店", of=company)


@pytest.fixture
def branch(company: Company) -> Account:
    return factories.account("支店", of=company)


@pytest.fixture
def admin(visitor: NewVisitor, account: Account, branch: Account) -> Visitor:
    return visitor().sign_in(factories.member_of(account, Role.COMPANY_ADMIN))


def test_registering(
    admin: Visitor, account: Account, branch: Account, mails_told: list[int]
) -> None:
    admin.get("/users/new")
    answer = admin.post(
        "/users/new",
        **fields(account, account=[account.id, branch.id, ""], role=["admin", "member", ""]),
        follow=True,
    )
    assert f"The temporary password is sent to {ADDRESS}." in words(answer)
    assert ADDRESS in addresses(answer.get_data(as_text=True))
    assert len(mails_told) == 1


def test_adding_a_row_without_a_script_keeps_what_was_typed(
    admin: Visitor, account: Account
) -> None:
    page = admin.get("/users/new").get_data(as_text=True)
    assert page.count('<select class="select" name="account"') == 2  # one, and the script's blank
    page = admin.post("/users/new", **fields(account), add="1").get_data(as_text=True)
    assert page.count('<select class="select" name="account"') == 3
    assert f'value="{ADDRESS}"' in page
    assert f'<option value="{account.id}" selected>' in page
    assert session.query(User).filter(User.mail_address == ADDRESS).count() == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mail_address": ""}, "Enter the mail address."),
        ({"mail_address": "nobody"}, "Enter a mail address such as"),
        ({"mail_address": "a@example.jp\r\nBcc: b@example.jp"}, "Enter a mail address such as"),
        ({"name": ""}, "Enter the user name."),
        ({"name": "あ" * 101}, "A name has at most 100 characters."),
        ({"account": ""}, "Choose an account and a role."),
        ({"role": ""}, "Choose an account and a role."),
        ({"role": "company_admin"}, "Company admins are made by support."),
        ({"role": "operator"}, "Choose an account and a role."),
        ({"account": "999999"}, "This account is not there any more."),
        ({"account": "9" * 40}, "This account is not there any more."),
        ({"account": "'; --"}, "This account is not there any more."),
        ({"status": "deleted"}, "Not a valid choice"),
    ],
)
def test_what_a_form_refuses(
    admin: Visitor, account: Account, changes: dict[str, Any], said: str
) -> None:
    member = factories.member_of(account, Role.MEMBER)
    before, count = as_stored(member), session.query(User).count()
    for path in ("/users/new", f"/users/{member.id}/edit"):
        admin.get(path)
        answer = admin.post(path, **fields(account, **changes))
        assert answer.status_code == 200
        assert said in words(answer)
    assert as_stored(member) == before
    assert session.query(User).count() == count


def test_accounts_of_others_are_neither_offered_nor_taken(admin: Visitor, account: Account) -> None:
    foreign = factories.account("他社本社")
    assert "他社本社" not in admin.get("/users/new").get_data(as_text=True)
    answer = admin.post("/users/new", **fields(account, account=foreign.id))
    assert "This account is not there any more." in words(answer)
    assert session.query(User).filter(User.mail_address == ADDRESS).count() == 0


def test_hidden_fields_that_no_form_has_change_nothing(admin: Visitor, account: Account) -> None:
    admin.get("/users/new")
    extra: dict[str, Any] = {
        "is_operator": "1",
        "company_id": "99",
        "password_hash": "x",
        "id": "1",
    }
    admin.post("/users/new", **fields(account, **extra))
    user = session.query(User).filter(User.mail_address == ADDRESS).one()
    assert not user.is_operator
    assert user.password_hash != "x"


def test_editing(admin: Visitor, account: Account, branch: Account) -> None:
    member = factories.member_of(branch, Role.MEMBER)  # of another account of the company
    page = admin.get(f"/users/{member.id}/edit").get_data(as_text=True)
    assert f'value="{member.mail_address}"' in page
    assert f'<option value="{branch.id}" selected>' in page
    answer = admin.post(
        f"/users/{member.id}/edit",
        **fields(account, status="suspended", role="senior_admin"),
        follow=True,
    )
    assert "髙橋 﨑子 was saved." in words(answer)
    assert "Suspended" in words(answer)
    stored = as_stored(member)
    assert stored[-1] == [(account.id, Role.SENIOR_ADMIN)]


def test_of_two_who_edit_a_user_the_second_sees_what_the_first_stored(
    admin: Visitor, account: Account, branch: Account
) -> None:
    member = factories.member_of(account, Role.MEMBER)
    where = f"/users/{member.id}/edit"

    def seen(page: str) -> str:
        match = re.search('name="seen" value="([^"]+)"', page)
        assert match
        return match[1]

    first = seen(admin.get(where).get_data(as_text=True))
    admin.post(where, **fields(branch, status="suspended"), seen=first)
    answer = admin.post(where, **fields(account, name="別の名"), seen=first)
    page = answer.get_data(as_text=True)
    assert "Somebody else changed this meanwhile." in page
    assert "Roles: 支店: Member" in words(answer)
    assert "Status: Suspended" in words(answer)
    assert 'value="別の名"' in page
    assert as_stored(member)[-1] == [(branch.id, Role.MEMBER)]
    admin.post(where, **fields(account, name="別の名"), seen=seen(page))
    assert as_stored(member)[-1] == [(account.id, Role.MEMBER)]


def test_suspended_or_deleted_means_out_at_the_next_click(
    admin: Visitor, visitor: NewVisitor, account: Account
) -> None:
    for path, more in (("edit", {"status": "suspended"}), ("delete", {})):
        member = factories.member_of(account, Role.MEMBER)
        someone = visitor().sign_in(member)
        assert someone.get("/numbers/").status_code == 200
        admin.get("/users/")
        same = fields(account, mail_address=member.mail_address)
        admin.post(f"/users/{member.id}/{path}", **(same | more))
        assert someone.get("/numbers/").status_code == 302


def test_the_dialog_names_the_address(admin: Visitor, account: Account) -> None:
    member = factories.member_of(account, Role.MEMBER)
    page = admin.get("/users/").get_data(as_text=True)
    assert f"This cannot be undone. Delete {member.mail_address}?" in page
    for label in ("Edit the user's data", "Delete the user", "Reset the password and send"):
        assert label in page


def test_deleting(admin: Visitor, account: Account) -> None:
    member = factories.member_of(account, Role.MEMBER)
    admin.get("/users/")
    answer = admin.post(f"/users/{member.id}/delete", follow=True)
    assert f"{member.mail_address} was deleted." in words(answer)
    assert member.mail_address not in addresses(answer.get_data(as_text=True))
    assert admin.post(f"/users/{member.id}/delete").status_code == 404
    again = admin.post("/users/new", **fields(account, mail_address=member.mail_address))
    assert "belongs to a deleted user" in words(again)


def test_resetting(admin: Visitor, account: Account, mails_told: list[int]) -> None:
    member = factories.member_of(account, Role.MEMBER)
    admin.get("/users/")
    answer = admin.post(f"/users/{member.id}/reset", follow=True)
    assert f"is sent to {member.mail_address}." in words(answer)
    assert len(mails_told) == 1


@pytest.mark.parametrize("who", ["foreign", "operator", "nobody", "self", "company admin"])
@pytest.mark.parametrize("path", ["edit", "delete", "reset"])
def test_whom_an_admin_cannot_touch(
    admin: Visitor, account: Account, mails_told: list[int], who: str, path: str
) -> None:
    own = session.query(User).join(Membership).filter(Membership.account_id == account.id).one()
    session.expunge(own)
    target = {
        "foreign": lambda: factories.member_of(factories.account(), Role.MEMBER),
        "operator": lambda: factories.user(is_operator=True),
        "nobody": factories.user,
        "self": lambda: own,
        "company admin": lambda: factories.member_of(account, Role.COMPANY_ADMIN),
    }[who]()
    before = as_stored(target)
    admin.get("/users/")
    answer = admin.post(f"/users/{target.id}/{path}", **fields(account))
    stranger = who in ("foreign", "operator", "nobody")
    assert (answer.status_code == 404) is stranger
    if not stranger:
        shown = words(answer if path == "edit" else admin.get("/users/"))
        assert "You cannot change" in shown or "changed by support only" in shown
    assert as_stored(target) == before
    assert mails_told == []
    if path == "edit":
        assert admin.get(f"/users/{target.id}/edit").status_code == (404 if stranger else 302)


def test_a_user_of_two_companies(admin: Visitor, account: Account, branch: Account) -> None:
    foreign = factories.account("他社本社")
    shared = factories.member_of(account, Role.MEMBER)
    factories.membership(shared, foreign, Role.MEMBER)
    page = admin.text(f"/users/{shared.id}/edit")
    assert "belongs to another company too" in page
    assert "他社本社" not in page
    answer = admin.post(f"/users/{shared.id}/edit", **fields(account))
    assert "only the roles in your company can be changed" in words(answer)
    same: dict[str, Any] = {
        "mail_address": shared.mail_address,
        "name": shared.name,
        "account": branch.id,
    }
    admin.post(f"/users/{shared.id}/edit", **fields(account, **same))
    assert as_stored(shared)[-1] == sorted([(branch.id, Role.MEMBER), (foreign.id, Role.MEMBER)])
    said = words(admin.post(f"/users/{shared.id}/delete", follow=True))
    assert "is no user of your company any more" in said
    assert as_stored(shared)[-1] == [(foreign.id, Role.MEMBER)]


def test_without_the_token_nothing_happens(admin: Visitor, account: Account) -> None:
    member = factories.member_of(account, Role.MEMBER)
    before = as_stored(member)
    for path in ("edit", "delete", "reset"):
        assert admin.client.post(f"/users/{member.id}/{path}").status_code == 400
    assert as_stored(member) == before


def test_names_are_shown_as_text(admin: Visitor, account: Account) -> None:
    member = factories.member_of(account, Role.MEMBER)
    with transaction():
        session.get_one(User, member.id).name = "<b>\"x'</b>"
    page = admin.get("/users/").get_data(as_text=True)
    assert "<b>" not in page
    assert "&lt;b&gt;" in page
