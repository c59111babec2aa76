"""The calendar beside a day: by keyboard, by pointer, in Japanese, within its limits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

from app.domain import japan_days
from app.domain.refusals import Refusal
from app.models.account import Account
from tests.portal import screens
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.any_database]
NOW = datetime(2025, 2, 20, 15, 30, tzinfo=UTC)  # half past midnight of the 21st in Japan
SPELLINGS = (
    "{}/{}/{}",
    "{}-{:02}-{:02}",
    "{}年{}月{}日",
    "{}.{}.{}",
    "{}{:02}{:02}",
    "{} / {} / {}",
)
ODD = ("", "2025-02-30", "2025-02-29", "2024-02-29", "25-2-1", "2025/2", "２０２５／２／３", "x")
# From Saturday the 15th: what is pressed, and the day it leads to.
KEYS = {
    "ArrowRight": "2025-02-16",
    "ArrowLeft ArrowUp": "2025-02-07",
    "ArrowDown ArrowLeft": "2025-02-20",  # the 22nd has not come: from the 21st
    "Home": "2025-02-09",
    "Home End": "2025-02-15",
    "PageUp": "2025-01-15",
    "PageUp PageUp PageDown": "2025-01-15",
    "PageUp PageUp PageUp": "2024-11-21",  # three months and no day more
    "Shift+PageUp": "2024-11-21",
    "Shift+PageDown": "2025-02-21",
}


@pytest.fixture(autouse=True)
def clock_goes_on_from_then() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def account(db: object) -> Account:
    account = factories.account()
    factories.incoming_number(account)
    return account


@pytest.fixture
def log(page: Page, address: str, account: Account) -> Page:
    screens.sign_in(page, address, "ja", factories.member_of(account).mail_address)
    page.goto(f"{address}/deliveries/")
    return page


def _open(page: Page, field: str = "since") -> Locator:
    page.locator(f"[data-opens-calendar={field}]").click()
    return page.locator("[data-calendar]")


def _day(page: Page) -> str | None:
    """Which day has the focus."""
    return page.evaluate("document.activeElement.dataset.day ?? null")


def test_it_speaks_japanese_and_names_the_day(log: Page) -> None:
    calendar = _open(log)
    expect(calendar.locator(".calendar__month")).to_have_text("2025年2月")
    expect(calendar.locator("thead th")).to_have_text([*"日月火水木金土"])
    expect(calendar.locator("[aria-selected=true] button")).to_have_attribute(
        "aria-label", "2025年2月15日土曜日"
    )
    expect(calendar.locator("[aria-current=date]")).to_have_text("21")
    expect(calendar.locator("tbody button")).to_have_count(28)
    assert _day(log) == "2025-02-15"


def test_by_keyboard(log: Page) -> None:
    for keys, day in KEYS.items():
        log.locator("#since").fill("2025/2/15")
        _open(log)
        for key in keys.split():
            log.keyboard.press(key)
        assert _day(log) == day, keys
        log.keyboard.press("Enter")
        expect(log.locator("#since")).to_have_value("/".join(str(int(it)) for it in day.split("-")))
        expect(log.locator("[data-opens-calendar=since]")).to_be_focused()
        expect(log.locator("[data-calendar]")).to_be_hidden()


def test_months_end_where_they_end(log: Page, address: str) -> None:
    log.goto(f"{address}/audit-trail/?since=2024-03-31&until=2024-05-31")
    _open(log)
    for key, day in (("PageUp", "2024-02-29"), ("Shift+PageUp", "2023-02-28")):
        log.keyboard.press(key)
        assert _day(log) == day


def test_what_is_not_on_offer_cannot_be_chosen(log: Page) -> None:
    calendar = _open(log)
    tomorrow = calendar.locator("[data-day='2025-02-22']")
    expect(tomorrow).to_have_attribute("aria-disabled", "true")
    tomorrow.click(force=True)
    expect(calendar).to_be_visible()
    expect(calendar.locator("[data-months='1']")).to_be_disabled()
    expect(calendar.locator("[data-months='-12']")).to_be_hidden()
    earlier = calendar.locator("[data-months='-1']")
    for _ in range(3):
        earlier.click()
    expect(calendar.locator(".calendar__month")).to_have_text("2024年11月")
    expect(earlier).to_be_disabled()
    assert _day(log) == "2024-11-21"
    expect(calendar.locator("[data-day='2024-11-20']")).to_have_attribute("aria-disabled", "true")


def test_it_closes_and_leaves_the_day_as_it_was(log: Page) -> None:
    opener = log.locator("[data-opens-calendar=until]")
    for close in ("Escape", "button", "outside"):
        calendar = _open(log, "until")
        log.keyboard.press("PageUp")
        match close:
            case "Escape":
                log.keyboard.press("Escape")
            case "button":
                calendar.get_by_role("button", name="閉じる").click()
            case "outside":
                log.mouse.click(1200, 20)
        expect(calendar).to_be_hidden()
        expect(opener).to_be_focused()
    expect(log.locator("#until")).to_have_value("2025/2/21")


def test_it_opens_at_what_was_typed_and_alt_arrow_opens_it(log: Page) -> None:
    log.locator("#since").fill("２０２５年１月８日")
    log.locator("#since").press("Alt+ArrowDown")
    assert _day(log) == "2025-01-08"
    log.keyboard.press("Escape")
    log.locator("#since").fill("きのう")
    _open(log)
    assert _day(log) == "2025-02-21"


def test_a_search_has_one_spelling_in_the_address_bar(log: Page) -> None:
    log.locator("#since").fill("２０２５年２月１日")
    _open(log, "until").locator("[data-day='2025-02-20']").click()
    log.locator("form.filters [type=submit]").first.click()
    log.wait_for_url("**/deliveries/?*")
    asked = parse_qs(urlsplit(log.url).query, keep_blank_values=True)
    assert asked == {"since": ["2025-02-01"], "until": ["2025-02-20"]}
    expect(log.locator("#since")).to_have_value("2025/2/1")
    log.go_back()
    expect(log.locator("#results")).to_be_visible()
    assert "since" not in log.url


@pytest.mark.parametrize("width", [390, 1280])
def test_it_lies_within_the_window(log: Page, width: int) -> None:
    log.set_viewport_size({"width": width, "height": 844})
    for field in ("since", "until"):
        box = _open(log, field).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        log.keyboard.press("Escape")


def test_without_a_script_the_days_are_typed(log: Page, address: str) -> None:
    context = log.context.browser.new_context(  # type: ignore[union-attr]
        java_script_enabled=False, storage_state=log.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(f"{address}/deliveries/")
    expect(plain.locator("[data-opens-calendar]").first).to_be_hidden()
    plain.locator("#since").fill("2025年2月1日")
    plain.locator("form.filters [type=submit]").first.click()
    expect(plain.locator("#results")).to_be_visible()
    expect(plain.locator("#since")).to_have_value("2025/2/1")
    context.close()


def test_the_script_reads_days_as_the_server_does(log: Page) -> None:
    chance = random.Random(5)
    draw = chance.randint
    dates = [(draw(2000, 2030), draw(1, 13), draw(1, 31)) for _ in range(300)]
    texts = [*(chance.choice(SPELLINGS).format(*each) for each in dates), *ODD]
    script = "async texts => texts.map((await import('/static/js/days.js')).readDay)"
    read = log.evaluate(script, texts)
    assert read == [_read(text) for text in texts]
    assert read.count(None) > 10


def _read(text: str) -> str | None:
    try:
        return japan_days.parse_date(text).isoformat()
    except Refusal:
        return None
