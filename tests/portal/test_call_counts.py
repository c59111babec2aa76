"""「着信件数」 (SPEC §10)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine

from app.domain.call_flow import CallState
from app.domain.roles import Role
from app.domain.sms_status import MessageStatus
from app.models.account import Account
from app.models.company import Company
from app.models.incoming_number import IncomingNumber
from app.services import call_counting
from tests.portal.conftest import Visitor, words
from tests.support import factories

NewVisitor = Callable[[], Visitor]
NOW = datetime(2025, 2, 25, 1, 0, tzinfo=UTC)  # 10:00 in Japan
YESTERDAY = datetime(2025, 2, 24, 3, 0, tzinfo=UTC)
DAY = date(2025, 2, 24)
WEEK = "since=2025-02-18&until=2025-02-24"


@pytest.fixture(autouse=True)
def clock_stands() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def company(db: object) -> Company:
    return factories.company()


@pytest.fixture
def account(company: Company) -> Account:
    return factories.account("本店", of=company)


@pytest.fixture
def number(account: Account) -> IncomingNumber:
    return factories.incoming_number(account, "+815030000001", "ポスター")


def _counts(someone: Visitor, query: str = "") -> dict[str, int]:
    page = someone.get(f"/calls/?{query}").get_data(as_text=True)
    table = re.findall(r'<table class="table counts">.*?</table>', page, re.S)[0]
    rows = re.findall(r'<th scope="row">.*?>(\+[0-9]+)<.*?</tr>', table, re.S)
    counts = re.findall(r'<td class="number[^"]*">([0-9,]+)</td>', table)
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


def test_how_the_calls_ended_and_what_became_of_the_sms(
    someone: Visitor, number: IncomingNumber
) -> None:
    for state in (CallState.ANNOUNCED, CallState.GAVE_UP, CallState.ASKING):
        call = factories.call(number, state=state, started_at=YESTERDAY)
        if state is CallState.ANNOUNCED:
            factories.message(call, status=MessageStatus.DELIVERED)
    call_counting.count_day(DAY)
    text = someone.text(f"/calls/?{WEEK}")
    assert "3 calls, 0.4 a day on average. Most on 2025/2/24 (Mon): 3." in text
    assert "Most from 12:00 to 12:59: 3 of 3 calls." in text
    for told in (
        "Called from a mobile 1 33.3%",
        "Keyed in a mobile number 0 0.0%",
        "No number after three tries 1 33.3%",
        "Hung up before keying in 1 33.3%",
        "Calls 3 100.0% SMS 1 33.3% Arrived 1 33.3% Link opened 0 0.0%",
        "2025/2/24 (Mon) 3 1 0 1 1 0 0 0 1 1 0",
        "2025/2/23 (Sun) 0 0 0 0 0 0 0 0 0 0 0",
    ):
        assert told in text, told
    page = someone.get(f"/calls/?{WEEK}").get_data(as_text=True)
    assert "<title>2025/2/24 (Mon): 3</title>" in page
    assert "style=" not in page


def test_versions_of_the_flow_are_compared_for_one_number(
    someone: Visitor, number: IncomingNumber
) -> None:
    flow = factories.published_flow(number)
    for _ in range(2):
        factories.call(number, flow=flow, started_at=YESTERDAY)
    factories.call(number, state=CallState.NO_FLOW, recipient=None, started_at=YESTERDAY)
    text = someone.text(f"/calls/?{WEEK}&number={number.id}")
    assert "Version 1 (published 2025/2/25 10:00) 2 0 0.0%" in text
    assert "Flow not published 1 0 0.0%" in text
    assert "Per version" not in someone.text(f"/calls/?{WEEK}")


def test_a_number_leads_to_itself(someone: Visitor, number: IncomingNumber) -> None:
    page = someone.get(f"/calls/?{WEEK}").get_data(as_text=True)
    assert f"/calls/?since=2025-02-18&amp;until=2025-02-24&amp;number={number.id}" in page


def test_days_without_calls_say_so(someone: Visitor, number: IncomingNumber) -> None:
    text = someone.text(f"/calls/?{WEEK}")
    assert "No calls in these days" in text
    assert "Calls per day" not in text


def test_the_files(
    someone: Visitor, number: IncomingNumber, account: Account, company: Company
) -> None:
    factories.incoming_number(account, "+815030000002", "=1+1")
    call = factories.call(number, started_at=YESTERDAY)
    factories.message(call, status=MessageStatus.DELIVERED)
    stranger = factories.incoming_number(factories.account(), "+815030000101")
    sister = factories.incoming_number(factories.account(of=company), "+815030000102")
    for called in (stranger, sister):
        factories.call(called, started_at=YESTERDAY)
    days = "since=2025-02-23&until=2025-02-24"
    answer = someone.get(f"/calls/download.csv?{days}")
    assert answer.mimetype == "text/csv"
    assert (
        "UTF-8''%E7%9D%80%E4%BF%A1%E4%BB%B6%E6%95%B0_%E6%9C%AC%E5%BA%97_20250223"
        in (answer.headers["Content-Disposition"])
    )
    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    assert answer.get_data(as_text=True)[1:].splitlines() == [
        "Incoming number,Memo,Number of calls,Called from a mobile,Keyed in a mobile number,"
        "No number after three tries,Hung up before keying in,Over the daily limit of SMS,"
        "On the suppression list,Flow not published,SMS,Arrived,Link opened",
        "+815030000001,ポスター,1,1,0,0,0,0,0,0,1,1,0",
        "+815030000002,'=1+1,0,0,0,0,0,0,0,0,0,0,0",
    ]
    by_day = someone.get(f"/calls/download-days.csv?{days}&number={number.id}")
    assert by_day.get_data(as_text=True)[1:].splitlines()[1:] == [
        "2025/02/23,+815030000001,ポスター,0,0,0,0,0,0,0,0,0,0,0",
        "2025/02/24,+815030000001,ポスター,1,1,0,0,0,0,0,0,1,1,0",
    ]


@pytest.mark.parametrize("file", ["download.csv", "download-days.csv"])
@pytest.mark.parametrize("condition", ["since=x", "since=2025-02-25&until=2025-02-24", "number=x"])
def test_no_file_of_what_is_refused(
    someone: Visitor, number: IncomingNumber, file: str, condition: str
) -> None:
    answer = someone.get(f"/calls/{file}?{condition}")
    assert answer.status_code == 302
    page = someone.get(answer.location)
    assert page.status_code == 200
    assert "There is 1 problem" in words(page)


def test_a_sister_account_is_nowhere(
    someone: Visitor, number: IncomingNumber, company: Company
) -> None:
    """Nor is another company: not in counts, charts or files, counted or not."""
    for where in (factories.account(of=company), factories.account()):
        called = factories.incoming_number(where)
        factories.message(
            factories.call(called, started_at=YESTERDAY), status=MessageStatus.DELIVERED
        )
        page = someone.get(f"/calls/?{WEEK}&number={called.id}")
        assert "Choose one of the numbers in the list." in words(page)
    for _ in range(2):
        assert _counts(someone, WEEK) == {number.number: 0}
        assert "No calls in these days" in someone.text(f"/calls/?{WEEK}")
        file = someone.get(f"/calls/download.csv?{WEEK}").get_data(as_text=True)
        assert file.splitlines()[1:] == [f"{number.number},ポスター" + ",0" * 11]
        call_counting.count_day(DAY)


def test_an_account_without_numbers(someone: Visitor) -> None:
    assert "No numbers yet" in someone.text("/calls/")


def test_the_page_costs_few_statements(
    someone: Visitor, account: Account, number: IncomingNumber, statements: list[str]
) -> None:
    for _ in range(30):
        factories.call(factories.incoming_number(account), started_at=YESTERDAY)
    for address in ("/calls/", f"/calls/?{WEEK}&number={number.id}", f"/calls/download.csv?{WEEK}"):
        statements.clear()
        someone.get(address)
        assert len(statements) <= 10, statements


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER])
def test_only_who_may_see_deliveries(visitor: NewVisitor, account: Account, role: Role) -> None:
    someone = visitor().sign_in(factories.member_of(account, role))
    assert someone.get("/calls/").status_code == 403
