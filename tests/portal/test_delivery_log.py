"""「配信ログ」: search, pages, details and the file (SPEC §9)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
import time_machine
from flask_babel import force_locale

from app.domain import delivery_words
from app.domain.carriers import Carrier
from app.domain.delivery_columns import COLUMNS
from app.domain.roles import Role
from app.domain.sms_status import Arrival, MessageStatus
from app.models.account import Account
from app.models.database import session, transaction
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.tenant_scope import all_companies
from app.portal import delivery_labels
from app.portal.views import delivery_log as view
from tests.portal.conftest import Visitor, words
from tests.support import factories

NewVisitor = Callable[[], Visitor]
NOW = datetime(2025, 2, 21, 5, 48, tzinfo=UTC)  # 14:48 in Japan
WEEK = "since=2025-02-15&until=2025-02-21"


@pytest.fixture(autouse=True)
def clock_stands() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def _message(number: IncomingNumber, recipient: str = factories.MOBILE, **columns: object) -> str:
    message = factories.message(factories.call(number, recipient=recipient))
    with all_companies("test"), transaction():
        row = session.get_one(Message, message.id)
        for name, value in columns.items():
            setattr(row, name, value)
    return str(message.id)


def _ids(page: str) -> list[str]:
    return re.findall(r'data-message="([0-9a-f-]{36})"', page)


def _link(page: str, rel: str) -> str:
    found = re.search(rf'href="([^"]+)"\s+rel="{rel}"', page)
    return html.unescape(found[1]) if found else ""


def test_the_columns_and_a_row(someone: Visitor, number: IncomingNumber) -> None:
    key = _message(
        number,
        status=MessageStatus.DELIVERED,
        carrier=Carrier.AU,
        sent_at=NOW + timedelta(seconds=2),
        delivered_at=NOW + timedelta(minutes=1),
    )
    page = someone.get("/deliveries/").get_data(as_text=True)
    head = re.findall(r'<th scope="col">([^<]+)</th>', page)
    assert head == [
        "Kind",
        "Scheduled time",
        "Sent time",
        "Incoming number",
        "Recipient number",
        "Carrier",
        "Channel",
        "Campaign name",
        "Status",
        "Arrival",
        "Arrival time",
    ]
    text = someone.text("/deliveries/")
    for word in (
        "2025/2/21 14:48",
        "2025/2/21 14:49",
        "+815030000001",
        "+819012345678",
        f"IVRCampaign_{key}",
        "Delivered",
        "Arrived",
        "1 in all",
    ):
        assert word in text, word
    assert f'href="/deliveries/{key}"' in page


def test_at_first_it_shows_the_last_seven_days(someone: Visitor, number: IncomingNumber) -> None:
    inside = _message(number, accepted_at=datetime(2025, 2, 14, 15, 0, tzinfo=UTC))
    _message(number, accepted_at=datetime(2025, 2, 14, 14, 59, 59, tzinfo=UTC))
    page = someone.get("/deliveries/").get_data(as_text=True)
    assert _ids(page) == [inside]
    assert 'value="2025/2/15"' in page
    assert 'value="2025/2/21"' in page
    assert 'data-min="2024-11-21"' in page
    assert 'data-max="2025-02-21"' in page


@pytest.mark.parametrize("day", ["2025-02-20", "2024-02-29", "2024-12-31", "2025-03-01"])
def test_a_day_is_a_day_in_japan(
    visitor: NewVisitor, account: Account, number: IncomingNumber, day: str
) -> None:
    begins = datetime.fromisoformat(f"{day}T00:00+09:00")  # 15:00:00Z of the day before
    ends = begins + timedelta(days=1)
    last_second = timedelta(seconds=1)
    for moment in (begins - last_second, ends):
        _message(number, accepted_at=moment)
    inside = {_message(number, accepted_at=moment) for moment in (begins, ends - last_second)}
    with time_machine.travel(ends, tick=False):
        someone = visitor().sign_in(factories.member_of(account))
        page = someone.get(f"/deliveries/?since={day}&until={day}").get_data(as_text=True)
    assert set(_ids(page)) == inside


@pytest.mark.parametrize(
    ("moment", "today", "earliest"),
    [
        (datetime(2024, 2, 29, 14, 59, 59, tzinfo=UTC), "2024/2/29", "2023-11-29"),
        (datetime(2024, 2, 29, 15, 0, 0, tzinfo=UTC), "2024/3/1", "2023-12-01"),
        (datetime(2025, 5, 31, 14, 59, 59, tzinfo=UTC), "2025/5/31", "2025-02-28"),
        (datetime(2025, 12, 31, 15, 0, 0, tzinfo=UTC), "2026/1/1", "2025-10-01"),
    ],
)
def test_today_and_three_months_are_japans(
    visitor: NewVisitor, account: Account, moment: datetime, today: str, earliest: str
) -> None:
    with time_machine.travel(moment, tick=False):
        someone = visitor().sign_in(factories.member_of(account))
        page = someone.get("/deliveries/").get_data(as_text=True)
    assert f'value="{today}"' in page
    assert f'data-min="{earliest}"' in page


@pytest.mark.parametrize(
    "typed", ["2025/2/21", "2025-02-21", "2025年2月21日", "２０２５／２／２１", "20250221"]
)
def test_a_day_in_any_customary_spelling(
    someone: Visitor, number: IncomingNumber, typed: str
) -> None:
    key = _message(number)
    answer = someone.client.get("/deliveries/", query_string={"since": typed, "until": typed})
    page = answer.get_data(as_text=True)
    assert _ids(page) == [key]
    assert page.count('value="2025/2/21"') == 2


@pytest.mark.parametrize(
    "typed",
    [
        "+819011112222",
        "09011112222",
        "090-1111-2222",
        "０９０－１１１１－２２２２",
        "090 1111 2222",
    ],
)
def test_a_recipient_in_any_form(someone: Visitor, number: IncomingNumber, typed: str) -> None:
    wanted = _message(number, "+819011112222")
    _message(number)
    answer = someone.client.get(
        "/deliveries/",
        query_string={"since": "2025-02-21", "until": "2025-02-21", "recipient": typed},
    )
    assert _ids(answer.get_data(as_text=True)) == [wanted]


def test_strangers_rows_are_nowhere(
    someone: Visitor, number: IncomingNumber, account: Account
) -> None:
    ours = _message(number)
    sister = factories.account("支店", of=factories.company())
    for other in (sister, factories.account()):
        _message(factories.incoming_number(other))
    page = someone.get("/deliveries/").get_data(as_text=True)
    assert _ids(page) == [ours]
    file = someone.get(f"/deliveries/download.csv?{WEEK}").get_data()
    assert file.count(b"\r\n") == 2
    assert ours.encode() in file


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("since=2025-02-22&until=2025-02-21", "The last day is before the first day."),
        ("since=2025-02-21&until=2025-02-22", "2025/2/21 at the latest"),
        ("since=2024-11-20&until=2025-02-21", "begin on 2024/11/21 or later"),
        ("since=&until=2025-02-21", "Enter the first day."),
        ("since=2025-02-21&until=", "Enter the last day."),
        ("since=tomorrow&until=2025-02-21", "Enter a date such as"),
        ("since=2025-02-30&until=2025-02-21", "Enter a date such as"),
        ("since=0000-00-00&until=9999-99-99", "Enter a date such as"),
        ("since=2000-01-01&until=2025-02-21", "begin on 2024/11/21 or later"),
        ("since=0001-01-01&until=2025-02-21", "Enter a date such as"),
        ("since=2025-02-21&until=9999-12-31", "2025/2/21 at the latest"),
        (f"{WEEK}&status=sending", "Choose one of the list."),
        (f"{WEEK}&carrier=nobody", "Choose one of the list."),
        (f"{WEEK}&incoming_number=x", "Enter a phone number such as"),
        (f"{WEEK}&recipient=12", "Enter a phone number such as"),
        (f"{WEEK}&recipient=%01", "Enter a phone number such as"),
        (f"{WEEK}&recipient=' OR 1=1 --", "Enter a phone number such as"),
    ],
)
def test_bad_input_is_told_and_finds_nothing(
    someone: Visitor, number: IncomingNumber, query: str, message: str
) -> None:
    _message(number)
    page = someone.get(f"/deliveries/?{query}")
    assert page.status_code == 200
    assert message in words(page)
    assert _ids(page.get_data(as_text=True)) == []
    back = someone.get(f"/deliveries/download.csv?{query}", follow=True)
    assert back.request.path == "/deliveries/"
    assert message in words(back)


@pytest.mark.parametrize(
    "place",
    ["x", "1-2", "1-" + "0" * 32, "-1-" + "0" * 32, "9" * 30 + "-" + "0" * 32, "1-" + "g" * 32],
)
def test_a_made_up_place_shows_the_newest(
    someone: Visitor, number: IncomingNumber, place: str
) -> None:
    key = _message(number)
    for name in ("older_than", "newer_than"):
        answer = someone.get(f"/deliveries/?{WEEK}&{name}={place}")
        assert _ids(answer.get_data(as_text=True)) == [key]


def test_pages_keep_the_search_and_lead_back(someone: Visitor, number: IncomingNumber) -> None:
    written = {_message(number) for _ in range(101)}
    pages = [someone.get(f"/deliveries/?{WEEK}&recipient=09012345678").get_data(as_text=True)]
    while link := _link(pages[-1], "next"):
        assert "recipient=09012345678" in link
        pages.append(someone.get(link).get_data(as_text=True))
    shown = [key for page in pages for key in _ids(page)]
    assert [len(_ids(page)) for page in pages] == [50, 50, 1]
    assert len(shown) == 101
    assert set(shown) == written
    back = someone.get(_link(pages[2], "prev")).get_data(as_text=True)
    assert _ids(back) == _ids(pages[1])
    assert not _link(pages[0], "prev")


def test_a_page_costs_few_statements(
    someone: Visitor, number: IncomingNumber, statements: list[str]
) -> None:
    for _ in range(60):
        _message(number)
    statements.clear()
    someone.get(f"/deliveries/?{WEEK}&status=waiting&incoming_number={number.number[1:]}")
    assert len(statements) <= 10, statements
    counts = [text for text in statements if "count(" in text.lower()]
    assert len(counts) == 1
    assert "LIMIT" in counts[0]


def test_the_count_stops_where_counting_would_take_long(
    someone: Visitor, number: IncomingNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "PAGE_SIZE", 2)
    monkeypatch.setattr(view, "COUNTED_UP_TO", 5)
    for _ in range(4):
        _message(number)
    _message(factories.incoming_number(factories.account()))
    assert "4 in all" in someone.text("/deliveries/")
    for _ in range(4):
        _message(number)
    assert "5 SMS or more" in someone.text("/deliveries/")


@pytest.mark.parametrize(
    ("condition", "columns"),
    [
        ("status=failed", {"status": MessageStatus.FAILED}),
        ("status=waiting", {"status": MessageStatus.SENDING}),
        ("carrier=au", {"status": MessageStatus.DELIVERED, "carrier": Carrier.AU}),
        ("incoming_number=050-3000-0099", {"incoming_number": "+815030000099"}),
    ],
)
def test_conditions_narrow_the_log_and_can_be_removed(
    someone: Visitor, number: IncomingNumber, condition: str, columns: dict[str, object]
) -> None:
    wanted = _message(number, **{"status": MessageStatus.SENT, **columns})
    # A carrier that no report has confirmed is not shown, and not found.
    other = _message(number, status=MessageStatus.SENT, carrier=Carrier.AU)
    _message(factories.incoming_number(factories.account()), **columns)  # a stranger's
    page = someone.get(f"/deliveries/?{WEEK}&recipient=09012345678&{condition}")
    text = page.get_data(as_text=True)
    assert _ids(text) == [wanted]
    assert '<details class="more-filters" open>' in text
    removals = [
        html.unescape(link) for link in re.findall(r'class="narrowing" href="([^"]+)"', text)
    ]
    assert len(removals) == 2
    (without,) = [link for link in removals if "recipient=" in link]
    assert set(_ids(someone.get(without).get_data(as_text=True))) == {wanted, other}


def test_conditions_are_kept_from_page_to_page(someone: Visitor, number: IncomingNumber) -> None:
    wanted = {_message(number, status=MessageStatus.FAILED) for _ in range(51)}
    _message(number)
    first = someone.get(f"/deliveries/?{WEEK}&status=failed").get_data(as_text=True)
    second = someone.get(_link(first, "next")).get_data(as_text=True)
    assert {*_ids(first), *_ids(second)} == wanted
    file = someone.get(f"/deliveries/download.csv?{WEEK}&status=failed").get_data()
    assert file.count(b"\r\n") == 52


def test_nothing_found(someone: Visitor) -> None:
    assert "Change the days and search again." in someone.text("/deliveries/")
    narrowed = someone.text(f"/deliveries/?{WEEK}&status=failed")
    assert "meets all conditions" in narrowed
    assert "Search by the days alone" in narrowed


def test_the_file_is_named_after_account_and_range(
    visitor: NewVisitor, number: IncomingNumber, account: Account
) -> None:
    with transaction():
        session.get_one(Account, account.id).name = '本店/"東京"\r\n x'
    someone = visitor().sign_in(factories.member_of(account))
    _message(number)
    answer = someone.get(f"/deliveries/download.csv?{WEEK}")
    assert answer.content_type == "text/csv; charset=utf-8"
    disposition = answer.headers["Content-Disposition"]
    assert 'filename="deliveries_20250215_20250221.csv"' in disposition
    name = unquote(disposition.partition("filename*=UTF-8''")[2])
    assert name == "配信ログ_本店_東京_x_20250215_20250221.csv"
    assert answer.get_data().startswith(b"\xef\xbb\xbf")


def test_the_file_streams_after_the_view_is_over(someone: Visitor, number: IncomingNumber) -> None:
    for _ in range(3):
        _message(number)
    _message(factories.incoming_number(factories.account()))
    answer = someone.client.get(f"/deliveries/download.csv?{WEEK}", buffered=False)
    assert answer.is_streamed
    assert b"".join(answer.iter_encoded()).count(b"\r\n") == 4


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER])
def test_only_who_may_see_deliveries(visitor: NewVisitor, account: Account, role: Role) -> None:
    someone = visitor().sign_in(factories.member_of(account, role))
    assert someone.get("/deliveries/").status_code == 403
    assert someone.get(f"/deliveries/download.csv?{WEEK}").status_code == 403


def test_the_japanese_screen_says_what_the_file_says(app: object) -> None:
    columns = {column.key: column.header for column in COLUMNS}
    with app.test_request_context(), force_locale("ja"):  # type: ignore[attr-defined]
        assert {key: str(name) for key, name in delivery_labels.COLUMNS.items()} == columns
        for status, word in delivery_words.STATUS.items():
            assert str(delivery_labels.STATUSES[status].text) == word
        for carrier, word in delivery_words.CARRIER.items():
            assert str(delivery_labels.CARRIERS[carrier]) == word
        for arrival in (*Arrival, None):
            assert str(delivery_labels.ARRIVALS[arrival]) == delivery_words.ARRIVAL[arrival]
