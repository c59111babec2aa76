"""「着信件数」 (SPEC §10)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from app.domain.roles import Role
from app.models.account import Account
from app.models.incoming_number import IncomingNumber
from tests.portal.conftest import Visitor, words
from tests.support import factories

NewVisitor = Callable[[], Visitor]
NOW = datetime(2025, 2, 25, 1, 0, tzinfo=UTC)  # 10:00 in Japan
YESTERDAY = datetime(2025, 2, 24, 3, 0, tzinfo=UTC)
WEEK = "since=2025-02-18&until=2025-02-24"


@pytest.fixture(autouse=True)
def clock_stands() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def account(db: object) -> Account:
    return factories.account("本店")


@pytest.fixture
def number(account: Account) -> IncomingNumber:
    return factories.incoming_number(account, "+815030000001", "ポスター")


@pytest.fixture
def someone(visitor: NewVisitor, account: Account) -> Visitor:
    return visitor().sign_in(factories.member_of(account, Role.SENIOR_ADMIN))


def _counts(someone: Visitor, query: str = "") -> dict[str, int]:
    page = someone.get(f"/calls/?{query}").get_data(as_text=True)
    rows = re.findall(r'<th scope="row">.*?(\+[0-9]+).*?</tr>', page, re.S)
    counts = re.findall(r'<td class="number[^"]*">([0-9,]+)</td>', page)
    return {row: int(count.replace(",", "")) for row, count in zip(rows, counts, strict=False)}


def test_every_number_is_told_those_with_none_too(
    someone: Visitor, number: IncomingNumber, account: Account
) -> None:
    factories.incoming_number(account, "+815030000002")
    for _ in range(3):
        factories.call(number, started_at=YESTERDAY)
    assert _counts(someone) == {"+815030000001": 3, "+815030000002": 0}
    text = someone.text(f"/calls/?{WEEK}")
    assert "2025/2/18 to 2025/2/24" in text
    assert "All numbers" in text
    assert "Total 3" in text


def test_today_is_not_counted_and_cannot_be_asked_for(
    someone: Visitor, number: IncomingNumber
) -> None:
    factories.call(number, started_at=datetime(2025, 2, 24, 15, 0, tzinfo=UTC))
    assert _counts(someone) == {"+815030000001": 0}
    page = someone.get("/calls/?since=2025-02-24&until=2025-02-25")
    assert "2025/2/24 at the latest" in words(page)


def test_one_number(someone: Visitor, number: IncomingNumber, account: Account) -> None:
    other = factories.incoming_number(account, "+815030000002")
    for called in (number, other, other):
        factories.call(called, started_at=YESTERDAY)
    assert _counts(someone, f"{WEEK}&number={other.id}") == {"+815030000002": 2}


def test_strangers_numbers_are_nowhere(someone: Visitor, number: IncomingNumber) -> None:
    theirs = factories.incoming_number(factories.account(), "+815030000101")
    factories.call(theirs, started_at=YESTERDAY)
    page = someone.get(f"/calls/?{WEEK}").get_data(as_text=True)
    assert "0101" not in page
    refused = someone.get(f"/calls/?{WEEK}&number={theirs.id}")
    assert "Choose one of the numbers in the list." in words(refused)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("since=2025-02-24&until=2025-02-23", "The last day is before the first day."),
        ("since=2024-11-23&until=2025-02-24", "begin on 2024/11/24 or later"),
        ("since=&until=2025-02-24", "Enter the first day."),
        ("since=x&until=2025-02-24", "Enter a date such as"),
        ("since=0001-01-01&until=0001-01-01", "Enter a date such as"),
        (f"{WEEK}&number=x", "Choose one of the numbers in the list."),
        (f"{WEEK}&number=99999999999999999999", "Choose one of the numbers in the list."),
    ],
)
def test_bad_input_is_told(
    someone: Visitor, number: IncomingNumber, query: str, message: str
) -> None:
    page = someone.get(f"/calls/?{query}")
    assert page.status_code == 200
    assert message in words(page)
    assert "Number of calls" not in words(page)


def test_older_days_can_be_asked_for(someone: Visitor, number: IncomingNumber) -> None:
    factories.call(number, started_at=datetime(2024, 5, 1, 3, 0, tzinfo=UTC))
    assert _counts(someone, "since=2024-04-01&until=2024-06-30") == {"+815030000001": 1}


def test_an_account_without_numbers(someone: Visitor) -> None:
    assert "No numbers yet" in someone.text("/calls/")


def test_the_page_costs_few_statements(
    someone: Visitor, account: Account, statements: list[str]
) -> None:
    for _ in range(30):
        factories.call(factories.incoming_number(account), started_at=YESTERDAY)
    statements.clear()
    someone.get("/calls/")
    assert len(statements) <= 10, statements


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER])
def test_only_who_may_see_deliveries(visitor: NewVisitor, account: Account, role: Role) -> None:
    someone = visitor().sign_in(factories.member_of(account, role))
    assert someone.get("/calls/").status_code == 403
