"""Rows that are not settled keep up by themselves: what the page asks, what people notice."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from app import clock
from app.domain.carriers import Carrier
from app.domain.sms_status import MessageStatus
from app.models.account import Account
from app.models.database import session, transaction
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.tenant_scope import all_companies
from app.portal.log_addresses import PAGE_SIZE
from app.services.link_clicks import Click, record_clicks
from tests.portal import screens
from tests.portal.conftest import Visitor
from tests.support import factories

NewVisitor = Callable[[], Visitor]


def _message(
    number: IncomingNumber, recipient: str = factories.MOBILE, text: str = "Thank you."
) -> Message:
    call = factories.call(number, recipient=recipient)
    provider_id = str(uuid.uuid4())
    return factories.message(call, status=MessageStatus.SENT, provider_id=provider_id, text=text)


def _change(message: Message, **columns: object) -> None:
    with all_companies("test"), transaction():
        row = session.get_one(Message, message.id)
        for name, value in columns.items():
            setattr(row, name, value)


def _deliver(message: Message) -> None:
    _change(message, status=MessageStatus.DELIVERED, delivered_at=clock.now())


def _rows(someone: Visitor, *ids: object) -> dict[str, str]:
    answer = someone.get(f"/deliveries/rows?{urlencode([('id', each) for each in ids])}")
    assert answer.status_code == 200
    rows: dict[str, str] = answer.get_json()
    return rows


def test_only_rows_of_the_account_are_told(
    someone: Visitor, number: IncomingNumber, account: Account
) -> None:
    ours = _message(number)
    sister = factories.account("支店")
    with transaction():
        session.get_one(Account, sister.id).company_id = account.company_id
    theirs = [
        _message(factories.incoming_number(other)).id for other in (sister, factories.account())
    ]
    rows = _rows(someone, ours.id, *theirs, uuid.uuid4(), "x", "")
    assert list(rows) == [str(ours.id)]
    assert "Sent" in rows[str(ours.id)]
    assert "data-open" in rows[str(ours.id)]
    _deliver(ours)
    row = _rows(someone, ours.id)[str(ours.id)]
    assert "Delivered" in row
    assert "data-open" not in row.partition(">")[0]
    assert _rows(someone) == {}


def test_no_more_than_a_page_is_told_and_that_costs_few_statements(
    someone: Visitor, number: IncomingNumber, statements: list[str]
) -> None:
    ids = [_message(number).id for _ in range(PAGE_SIZE + 1)]
    statements.clear()
    assert len(_rows(someone, *ids)) == PAGE_SIZE
    assert len(statements) <= 6, statements


def test_asking_keeps_no_session_alive(someone: Visitor, statements: list[str]) -> None:
    statements.clear()
    someone.get("/deliveries/rows", X_Background="1")
    assert not [text for text in statements if text.startswith("UPDATE")]


@pytest.fixture
def log(page: Page, address: str, account: Account, number: IncomingNumber) -> Page:
    """The log, with one row that is settled and two that are not; the clock of the page is ours."""
    settled = _message(number, "+819000000003")
    _deliver(settled)
    page.clock.install()
    screens.sign_in(page, address, "en", factories.member_of(account).mail_address)
    return page


@pytest.mark.slow
@pytest.mark.any_database
def test_a_row_shows_its_new_status_and_it_is_said(
    log: Page, address: str, number: IncomingNumber
) -> None:
    first, second = (_message(number, f"+81900000000{n}") for n in (1, 2))
    asked: list[str] = []
    log.on("request", lambda request: asked.append(request.url) if "/rows" in request.url else None)
    log.goto(f"{address}/deliveries/")
    row = log.locator(f"[data-message='{first.id}']")
    row.locator("[data-opens-row]").focus()
    _deliver(first)
    log.clock.run_for(5_000)
    expect(row).to_contain_text("Delivered")
    expect(log.locator("[data-news]")).to_have_text("SMS to +819000000001: Delivered")
    expect(row.locator("[data-opens-row]")).to_be_focused()
    assert asked[0].count("id=") == 2, "what is settled is not asked about"
    _deliver(second)
    log.clock.run_for(5_000)
    expect(log.locator(f"[data-message='{second.id}']")).to_contain_text("Delivered")
    assert asked[1].count("id=") == 1
    log.clock.run_for(600_000)
    assert len(asked) == 2, "nothing is open any more"


@pytest.mark.slow
@pytest.mark.any_database
def test_a_row_opens_below_itself_and_keeps_up(
    log: Page, address: str, number: IncomingNumber
) -> None:
    message = _message(number, "+819000000001")
    log.goto(f"{address}/deliveries/")
    opener = log.locator(f"[data-message='{message.id}'] [data-opens-row]")
    opener.press(" ")
    details = log.locator(f"#more-{message.id}")
    expect(details).to_contain_text("Now: Sent")
    expect(opener).to_have_attribute("aria-expanded", "true")
    _deliver(message)
    log.clock.run_for(5_000)
    expect(details.locator(".timeline")).to_contain_text("Delivered")
    opener.press("Enter")
    expect(details).to_have_count(0)
    log.locator(f"[data-message='{message.id}'] [data-recipient]").click()
    details.get_by_role("link", name="Page of this SMS").click()
    expect(log.locator("h1")).to_have_text("SMS to +819000000001")


@pytest.mark.slow
@pytest.mark.any_database
def test_the_page_of_a_message_keeps_up(log: Page, address: str, number: IncomingNumber) -> None:
    message = _message(number, "+819000000001", text="https://qms.jp/Open1234")
    factories.short_url(message, "Open1234", "https://www.example.jp/")
    log.goto(f"{address}/deliveries/{message.id}")
    expect(log.locator(".timeline")).to_contain_text("Now: Sent")
    news = log.locator("main [data-news]")
    _change(message, body="https://www.example.jp/")
    _deliver(message)
    log.clock.run_for(5_000)
    expect(news).to_have_text("Delivered")
    click = Click(
        "Open1234", number.account_id, clock.now(), "GET", "Mozilla/5.0", "", "203.0.113.7"
    )
    record_clicks([click], secret_key="k" * 16)
    log.clock.run_for(5_000)
    expect(news).to_have_text("Link opened")
    expect(log.locator(".timeline li").last).to_contain_text("https://www.example.jp/")


@pytest.mark.slow
@pytest.mark.any_database
def test_what_cannot_be_loaded_says_so(log: Page, address: str, number: IncomingNumber) -> None:
    message = _message(number, "+819000000001")
    log.goto(f"{address}/deliveries/")
    log.route(f"**/deliveries/{message.id}", lambda route: route.abort())
    opener = log.locator(f"[data-message='{message.id}'] [data-opens-row]")
    opener.click()
    expect(log.locator(f"#more-{message.id}")).to_contain_text("could not be loaded")
    log.unroute(f"**/deliveries/{message.id}")
    opener.click()
    opener.click()
    expect(log.locator(f"#more-{message.id}")).to_contain_text("Now: Sent")


@pytest.mark.slow
@pytest.mark.any_database
@pytest.mark.parametrize("language", ["ja", "en"])
def test_on_a_desk_the_table_needs_no_scrolling_sideways(
    page: Page, address: str, account: Account, number: IncomingNumber, language: str
) -> None:
    for status in MessageStatus:
        columns = {"status": status, "carrier": Carrier.RAKUTEN}
        _change(_message(number), sent_at=clock.now(), delivered_at=clock.now(), **columns)
    screens.sign_in(page, address, language, factories.member_of(account).mail_address)
    page.goto(f"{address}/deliveries/")
    box = page.locator(".deliveries-scroll")
    assert box.evaluate("it => it.scrollWidth - it.clientWidth") == 0
