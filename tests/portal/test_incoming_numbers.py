"""「着信用電話番号」: the list, its menus, and what they do (SPEC §5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from app.domain.flow_content import FlowContent
from app.domain.roles import Role
from app.models import flow as flow_table
from app.models import incoming_number
from app.models.account import Account
from app.models.company import Company
from app.models.database import session, transaction
from app.models.flow import Flow
from app.models.tenant_scope import account_scope, all_companies
from tests.portal.conftest import Visitor, words
from tests.support import factories

NewVisitor = Callable[[], Visitor]
EDITED = FlowContent({}, None)


@pytest.fixture
def someone(visitor: NewVisitor, account: Account) -> Visitor:
    return visitor().sign_in(factories.member_of(account, Role.MEMBER))


def _row(someone: Visitor, number: str) -> str:
    page = someone.get("/numbers/").get_data(as_text=True)
    rows = [row for row in re.findall(r"<tr>.*?</tr>", page, re.S) if number in row]
    assert len(rows) == 1
    return rows[0]


def _numbers(page: str) -> list[str]:
    return re.findall(r"phone-cell__number\">([0-9-]+)<", page)


def test_a_number_without_a_flow_offers_registration_only(
    someone: Visitor, account: Account
) -> None:
    factories.incoming_number(account, "+815030000003", "チラシ 秋号")
    row = _row(someone, "050-3000-0003")
    assert "Not registered" in row
    assert "チラシ 秋号" in row
    assert "Register flow" in row
    for label in ("Published flow", "Edit flow", "Delete flow"):
        assert label not in row


def test_a_draft_can_be_edited_and_deleted(someone: Visitor, account: Account) -> None:
    factories.draft_flow(factories.incoming_number(account, "+815030000002"))
    row = _row(someone, "050-3000-0002")
    assert "Draft" in row
    assert "Edit flow" in row
    assert "Delete flow" in row
    assert "Published flow" not in row
    assert "Unpublished changes" not in row


def test_a_published_flow_says_when(someone: Visitor, account: Account) -> None:
    flow = factories.published_flow(factories.incoming_number(account, "+815030000001"))
    with all_companies("test"), transaction():
        session.get_one(Flow, flow.id).published_at = datetime(2025, 2, 21, 5, 48, tzinfo=UTC)
    row = _row(someone, "050-3000-0001")
    assert "2025/2/21 14:48" in row
    for label in ("Published", "Published flow", "Edit flow", "Delete flow"):
        assert label in row
    assert "Unpublished changes" not in row


def test_newer_edits_of_a_published_flow_are_marked(someone: Visitor, account: Account) -> None:
    flow = factories.published_flow(factories.incoming_number(account, "+815030000001"))
    with all_companies("test"), transaction():
        session.get_one(Flow, flow.id).draft = EDITED.to_json()
    assert "Unpublished changes" in _row(someone, "050-3000-0001")


def test_numbers_of_others_are_absent(someone: Visitor, account: Account) -> None:
    factories.incoming_number(account, "+815030000001")
    same_company = factories.account(of=session.get(Company, account.company_id))
    factories.published_flow(factories.incoming_number(same_company, "+815030000004", "支店"))
    factories.published_flow(factories.incoming_number(factories.account(), "+815030000101"))
    page = someone.get("/numbers/").get_data(as_text=True)
    assert _numbers(page) == ["050-3000-0001"]
    assert "1 in all" in page
    assert "050-3000-0004" not in words(someone.get("/numbers/?q=支店"))


@pytest.mark.parametrize(
    "query",
    [
        "050-3000-0007",
        "05030000007",
        "+815030000007",
        "0007",
        "０５０３００００００７",
        "050 3000 0007",
        "駅前",
        "ﾎﾟｽﾀｰ",
    ],
)
def test_search_by_number_or_memo_however_it_is_typed(
    someone: Visitor, account: Account, query: str
) -> None:
    factories.incoming_number(account, "+815030000007", "駅前ポスター")
    factories.incoming_number(account, "+815030001234", "チラシ")
    answer = someone.client.get("/numbers/", query_string={"q": query})
    assert _numbers(answer.get_data(as_text=True)) == ["050-3000-0007"]


@pytest.mark.parametrize("query", ["%", "_", "zzz", "'; DROP TABLE flow; --"])
def test_search_takes_signs_as_they_are(someone: Visitor, account: Account, query: str) -> None:
    factories.incoming_number(account, "+815030000007", "駅前ポスター")
    answer = someone.client.get("/numbers/", query_string={"q": query})
    assert answer.status_code == 200
    assert "No number matches" in words(answer)


def test_sorting(someone: Visitor, account: Account) -> None:
    _, draft, published = (
        factories.incoming_number(account, f"+81503000000{digit}") for digit in (1, 2, 3)
    )
    factories.draft_flow(draft)
    factories.published_flow(published)

    def shown(query: str) -> list[str]:
        page = someone.get(f"/numbers/?{query}").get_data(as_text=True)
        return [number[-1] for number in _numbers(page)]

    assert shown("sort=number&descending=1") == ["3", "2", "1"]
    assert shown("sort=flow") == ["1", "2", "3"]
    assert shown("sort=flow&descending=1") == ["3", "2", "1"]
    assert shown("sort=published_at")[0] == "3"
    assert shown("sort=published_at&descending=1")[0] == "3"
    assert shown("sort=password_hash") == ["1", "2", "3"]


def test_500_numbers_come_in_pages_with_few_statements(
    someone: Visitor, account: Account, statements: list[str]
) -> None:
    with all_companies("test"), transaction():
        session.add_all(
            incoming_number.IncomingNumber(account_id=account.id, number=f"+8150310{index:05d}")
            for index in range(500)
        )
    for index in range(3):
        with account_scope(account.id):
            number = incoming_number.by_number(f"+8150310{index:05d}")
            assert number is not None
        factories.published_flow(number)
    statements.clear()
    first = someone.get("/numbers/").get_data(as_text=True)
    assert len(statements) <= 5, statements
    assert "500 in all" in first
    assert len(_numbers(first)) == 50
    last = _numbers(someone.get("/numbers/?page=10").get_data(as_text=True))
    assert last[-1] == "050-3100-0499"
    for nonsense in ("999999", "0", "-1", "x", "9" * 30, "²"):
        assert someone.get(f"/numbers/?page={nonsense}").status_code == 200


def test_an_account_without_numbers_is_told_what_to_do(someone: Visitor) -> None:
    assert "There is no number yet" in someone.text("/numbers/")


def test_registering_gives_the_number_a_flow_and_opens_the_editor(
    someone: Visitor, account: Account
) -> None:
    number = factories.incoming_number(account)
    someone.get("/numbers/")
    answer = someone.post(f"/numbers/{number.id}/flow")
    assert answer.location == f"/numbers/{number.id}/flow/edit"
    with account_scope(account.id):
        assert flow_table.live_flow(number.id) is not None


def test_deleting_stops_the_number_and_says_so(someone: Visitor, account: Account) -> None:
    number = factories.incoming_number(account, "+815030000001")
    factories.published_flow(number)
    page = someone.text("/numbers/")
    assert "This number stops working as soon as you delete its flow." in page
    answer = someone.post(f"/numbers/{number.id}/flow/delete", follow=True)
    assert "The flow of 050-3000-0001 was deleted." in words(answer)
    assert "Not registered" in _row(someone, "050-3000-0001")
    again = someone.post(f"/numbers/{number.id}/flow/delete", follow=True)
    assert "somebody may have deleted it meanwhile" in words(again)


def test_the_memo_is_saved_and_shown_as_text(someone: Visitor, account: Account) -> None:
    number = factories.incoming_number(account, "+815030000001")
    someone.get("/numbers/")
    answer = someone.post(
        f"/numbers/{number.id}/label", label="  <b>駅前</b>  ポスター ", back="/numbers/?q=050"
    )
    assert answer.location == "/numbers/?q=050"
    assert "&lt;b&gt;駅前&lt;/b&gt; ポスター" in someone.get("/numbers/").get_data(as_text=True)
    too_long = someone.post(f"/numbers/{number.id}/label", label="あ" * 101, follow=True)
    assert "A memo has at most 100 characters." in words(too_long)


@pytest.mark.parametrize("action", ["flow", "label"])
def test_a_number_taken_away_at_this_moment_is_said_to_be_gone(
    someone: Visitor, account: Account, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = factories.incoming_number(account)
    someone.get("/numbers/")
    monkeypatch.setattr(incoming_number, "lock", lambda _number_id: None)
    answer = someone.post(f"/numbers/{number.id}/{action}", label="駅前", follow=True)
    assert "This is not there any more" in words(answer)
    with account_scope(account.id):
        assert flow_table.live_flow(number.id) is None


@pytest.mark.parametrize("action", ["flow", "flow/delete", "label"])
def test_a_number_of_another_account_does_not_exist(
    someone: Visitor, account: Account, action: str
) -> None:
    foreign = factories.incoming_number(factories.account(), label="theirs")
    flow = factories.published_flow(foreign)
    someone.get("/numbers/")
    for number_id in (foreign.id, 999_999, 2**31, 2**63):
        assert someone.post(f"/numbers/{number_id}/{action}", label="mine").status_code == 404
    with all_companies("test"):
        session.expire_all()
        assert session.get_one(Flow, flow.id).deleted_at is None
        kept = incoming_number.by_id(foreign.id)
        assert kept is not None
        assert kept.label == "theirs"


def test_without_the_token_nothing_happens(app: Flask, someone: Visitor, account: Account) -> None:
    number = factories.incoming_number(account)
    factories.published_flow(number)
    assert someone.client.post(f"/numbers/{number.id}/flow/delete").status_code == 400
    with account_scope(account.id):
        assert flow_table.live_flow(number.id) is not None
