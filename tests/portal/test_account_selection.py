"""「アカウント選択」 and what a change of account or of role changes (SPEC §3, §4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, url_for

from app.domain.roles import Role
from app.models.database import session, transaction
from app.models.membership import Membership
from tests.portal.conftest import Visitor
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]


def test_exactly_one_account_is_entered_straight_away(visitor: NewVisitor) -> None:
    account = factories.account("本店")
    someone = visitor().sign_in(factories.member_of(account))
    answer = someone.get("/", follow=True)
    assert answer.request.path == "/numbers/"
    assert "本店 Company admin" in someone.text("/numbers/")


def test_several_are_offered_by_company_with_the_role_in_each(visitor: NewVisitor) -> None:
    company = factories.company("デモ株式会社")
    head, branch = factories.account("本店", of=company), factories.account("支店", of=company)
    elsewhere = factories.account("本社", of=factories.company("見本商事株式会社"))
    factories.account("よその店", of=company)
    who = factories.user()
    factories.membership(who, head, Role.ADMIN)
    factories.membership(who, branch, Role.MEMBER)
    factories.membership(who, elsewhere, Role.COMPANY_ADMIN)
    page = visitor().sign_in(who).text("/")
    assert page.index("デモ株式会社") < page.index("支店 Member") < page.index("本店 Admin")
    assert (
        page.index("本店 Admin") < page.index("見本商事株式会社") < page.index("本社 Company admin")
    )
    assert "よその店" not in page


def test_somebody_elses_account_does_not_exist(visitor: NewVisitor) -> None:
    who = factories.member_of(factories.account())
    factories.membership(who, factories.account())
    foreign = factories.account()
    someone = visitor().sign_in(who)
    someone.get("/accounts/")
    assert someone.post("/accounts/", account_id=foreign.id).status_code == 404
    assert someone.post("/accounts/", account_id="x").status_code == 404
    assert someone.post("/accounts/").status_code == 404


def test_switching_changes_account_and_rights(visitor: NewVisitor) -> None:
    head, branch = factories.account("本店"), factories.account("支店")
    who = factories.member_of(head, Role.COMPANY_ADMIN)
    factories.membership(who, branch, Role.MEMBER)
    factories.incoming_number(head, "+815030000001")
    factories.incoming_number(branch, "+815030000004")
    someone = visitor().sign_in(who, head)
    in_head = someone.text("/numbers/")
    someone.get("/accounts/")
    someone.post("/accounts/", account_id=branch.id)
    in_branch = someone.text("/numbers/")
    assert "050-3000-0001" in in_head
    assert "050-3000-0004" not in in_head
    assert "Delivery log" in in_head
    assert "050-3000-0004" in in_branch
    assert "050-3000-0001" not in in_branch
    assert "Delivery log" not in in_branch


def test_the_page_wanted_opens_after_the_choice(visitor: NewVisitor) -> None:
    head = factories.account()
    who = factories.member_of(head)
    factories.membership(who, factories.account())
    someone = visitor().sign_in(who)
    page = someone.get("/numbers/?q=7", follow=True)
    assert page.request.path == "/accounts/"
    assert 'name="next" value="/numbers/?q=7"' in page.get_data(as_text=True)
    answer = someone.post("/accounts/", account_id=head.id, next="/numbers/?q=7")
    assert answer.location == "/numbers/?q=7"
    someone.get("/accounts/")
    assert (
        someone.post("/accounts/", account_id=head.id, next="//evil.example").location
        == "/numbers/"
    )


def test_a_membership_taken_away_is_gone_at_the_next_click(visitor: NewVisitor) -> None:
    account = factories.account()
    who = factories.member_of(account)
    someone = visitor().sign_in(who)
    assert someone.get("/numbers/").status_code == 200
    with transaction():
        session.query(Membership).filter_by(user_id=who.id).delete()
    page = someone.get("/numbers/", follow=True)
    assert page.request.path == "/accounts/"
    assert "There is no account you can use" in page.get_data(as_text=True)


def test_a_role_changed_counts_at_the_next_click(app: Flask, visitor: NewVisitor) -> None:
    with app.test_request_context():
        delivery_log = url_for("DeliveryLogView.search")
    who = factories.member_of(factories.account(), Role.SENIOR_ADMIN)
    someone = visitor().sign_in(who)
    assert someone.get(delivery_log).status_code == 200
    with transaction():
        session.query(Membership).filter_by(user_id=who.id).one().role = Role.MEMBER
    assert someone.get(delivery_log).status_code == 403


def test_many_accounts_cost_one_statement(visitor: NewVisitor, statements: list[str]) -> None:
    who = factories.user()
    for _ in range(20):
        factories.membership(who, factories.account())
    someone = visitor().sign_in(who)
    statements.clear()
    someone.text("/accounts/")
    assert len(statements) <= 2, statements
