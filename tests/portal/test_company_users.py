"""「企業ユーザー管理」: the list, and who sees it (SPEC §11)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.roles import Role
from app.models.account import Account
from app.models.company import Company
from app.models.database import session, transaction
from app.models.membership import Membership
from app.models.user import User
from tests.portal.company_users_support import addresses, as_stored, fields
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


def test_the_list_has_this_companys_users_of_all_accounts_and_nobody_else(
    admin: Visitor, account: Account, branch: Account
) -> None:
    colleague = factories.member_of(branch, Role.MEMBER)
    factories.membership(colleague, account, Role.ADMIN)
    foreign = factories.account("他社本社")
    factories.member_of(foreign, Role.MEMBER)
    factories.membership(colleague, foreign, Role.SENIOR_ADMIN)
    factories.user(is_operator=True)
    factories.user()
    gone = factories.member_of(account, Role.MEMBER)
    with transaction():
        session.get_one(User, gone.id).deleted_at = gone.created_at
    answer = admin.get("/users/")
    page = answer.get_data(as_text=True)
    assert len(addresses(page)) == 2
    assert colleague.mail_address in addresses(page)
    assert "2 in all" in words(answer)
    assert "支店 Member 本店 Admin" in words(answer)
    assert "他社本社" not in page
    assert "Never" in words(answer)


@pytest.mark.parametrize(("query", "count"), [("ABC", 1), ("高橋", 1), ("%", 0), ("_", 0)])
def test_search(admin: Visitor, account: Account, query: str, count: int) -> None:
    member = factories.user("abc@example.jp")
    factories.membership(member, account, Role.MEMBER)
    named = factories.member_of(account, Role.MEMBER)
    with transaction():
        session.get_one(User, named.id).name = "高橋 管理"
    answer = admin.client.get("/users/", query_string={"q": query})
    assert len(addresses(answer.get_data(as_text=True))) == count
    by_id = admin.client.get("/users/", query_string={"q": str(member.id)})
    assert "abc@example.jp" in by_id.get_data(as_text=True)
    long = admin.client.get("/users/", query_string={"q": "9" * 30})
    assert "No user matches" in words(long)


def test_sorting_and_pages_with_few_statements(
    admin: Visitor, account: Account, statements: list[str]
) -> None:
    with transaction():
        for index in range(120):
            user = User(
                mail_address=f"u{index:03d}@example.jp", name=f"n{999 - index}", password_hash=""
            )
            session.add(user)
            session.flush()
            session.add(Membership(user_id=user.id, account_id=account.id, role=Role.MEMBER))
    statements.clear()
    page = admin.get("/users/?sort=mail_address").get_data(as_text=True)
    assert len(statements) <= 8, statements
    assert addresses(page)[0] == "u000@example.jp"
    down = admin.get("/users/?sort=mail_address&descending=1").get_data(as_text=True)
    assert addresses(down)[-1] != "u000@example.jp"
    assert len(addresses(admin.get("/users/?page=3").get_data(as_text=True))) == 21
    by_name = admin.get("/users/?sort=name").get_data(as_text=True)
    assert addresses(by_name)[0] == "u119@example.jp"
    for query in ("sort=password_hash", "sort=last_sign_in_at&descending=1", "page=x", "page=99"):
        assert admin.get(f"/users/?{query}").status_code == 200


@pytest.mark.parametrize("role", [Role.SENIOR_ADMIN, Role.ADMIN, Role.MEMBER])
def test_for_company_admins_only(visitor: NewVisitor, account: Account, role: Role) -> None:
    member = factories.member_of(account, Role.MEMBER)
    someone = visitor().sign_in(factories.member_of(account, role))
    before = as_stored(member)
    assert "Company users" not in someone.text("/numbers/")
    for path in ("", "new", f"{member.id}/edit", "import/", "import/template.csv"):
        assert someone.get(f"/users/{path}").status_code == 403
    for path in ("new", f"{member.id}/edit", f"{member.id}/delete", f"{member.id}/reset"):
        assert someone.post(f"/users/{path}", **fields(account)).status_code == 403
    assert as_stored(member) == before


def test_the_menu_entry_stands_between_call_counts_and_support(admin: Visitor) -> None:
    page = admin.get("/users/").get_data(as_text=True)
    sidebar = page[page.index('id="sidebar"') : page.index("<main")]
    counts, users, support = (
        sidebar.index(f"<span>{label}</span>")
        for label in ("Call counts", "Company users", "Support")
    )
    assert counts < users < support
