"""The scripts of the editor in a browser: states, counters, short URLs, deletions taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from app.domain.flow_content import FlowContent, Guidance, GuidanceFile
from app.domain.slots import Slot
from app.models.account import Account
from app.models.database import session, transaction
from app.models.flow import Flow
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import all_companies
from tests.support import factories

URL = "https://www.example.jp/campaign/spring?from=poster"
FAMILY = "👨\u200d👩\u200d👧"
Open = Callable[[], None]
pytestmark = [pytest.mark.slow, pytest.mark.any_database]


@pytest.fixture
def account(db: object) -> Account:
    account = factories.account()
    factories.sender_number(account)
    return account


@pytest.fixture
def number(account: Account) -> IncomingNumber:
    number = factories.incoming_number(account)
    factories.draft_flow(number)
    return number


@pytest.fixture
def open_editor(page: Page, address: str, account: Account, number: IncomingNumber) -> Open:
    user = factories.member_of(account)

    def open_it() -> None:
        page.goto(f"{address}/sign-in")
        if page.locator("[name=password]").is_visible():
            page.fill("[name=mail_address]", user.mail_address)
            page.fill("[name=password]", factories.PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_url("**/numbers/")
        page.goto(f"{address}/numbers/{number.id}/flow/edit")

    return open_it


def _state(page: Page, part: str) -> str | None:
    return page.locator(f"[data-state-of='{part}'] > :not([hidden])").first.get_attribute(
        "data-state"
    )


def _open_menu(page: Page, slot: str) -> None:
    """Scrolling closes a menu, so what the click would scroll is scrolled before."""
    button = page.locator(f"[popovertarget=menu-{slot}]")
    button.scroll_into_view_if_needed()
    page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    button.click()


def test_counters_and_the_second_place_of_slot_4(page: Page, open_editor: Open) -> None:
    open_editor()
    page.fill("#guidance_4", "😀" * 101)
    counter = page.locator("[data-counter=guidance_4]")
    expect(counter).to_have_text("101 / 100")
    expect(counter).to_have_class("counter counter--over")
    expect(page.locator("[data-mirrors=guidance_4]")).to_have_text("😀" * 101)


def test_a_card_says_whether_it_is_set_and_the_bar_what_is_missing(
    page: Page, open_editor: Open
) -> None:
    open_editor()
    missing = page.locator("[data-missing-parts]")
    expect(missing).to_be_hidden()
    page.fill("#guidance_4", " \n")
    page.fill("#body", "")
    assert [_state(page, part) for part in ("1", "4", "sms")] == ["set", "unset", "unset"]
    expect(page.locator("[data-state-of='4'] > [data-state=unset]")).to_have_count(2)
    links = missing.locator("a:visible")
    expect(links).to_have_count(2)
    links.first.click()
    expect(page.locator("#guidance_4")).to_be_focused()
    page.keyboard.type("送りました。")
    page.fill("#body", "ご案内")
    expect(missing).to_be_hidden()
    assert _state(page, "sms") == "set"


def test_a_sample_is_not_set_before_it_was_saved(
    page: Page, open_editor: Open, number: IncomingNumber
) -> None:
    with all_companies("test"), transaction():
        session.execute(update(Flow).values(draft_revision=0))
    open_editor()
    assert _state(page, "1") == "sample"
    page.fill("#guidance_1", "はじめまして。")
    assert _state(page, "1") == "set"
    page.click(".save-bar button[type=submit] >> nth=0")
    page.wait_for_load_state()
    assert _state(page, "2") == "set"


def test_a_guidance_is_cleared_from_its_menu_and_taken_back(page: Page, open_editor: Open) -> None:
    open_editor()
    before = page.input_value("#guidance_2")
    _open_menu(page, "2")
    page.click("[data-clears='2']")
    expect(page.locator("#guidance_2")).to_have_value("")
    assert _state(page, "2") == "unset"
    undo = page.locator("[data-undoes='2'] button")
    expect(undo).to_be_focused()
    undo.click()
    expect(page.locator("#guidance_2")).to_have_value(before)
    expect(page.locator("#guidance_2")).to_be_focused()
    expect(undo).to_be_hidden()
    _open_menu(page, "5")
    page.click("[data-edits='5']")
    expect(page.locator("#guidance_5")).to_be_focused()


def test_what_is_deleted_by_typing_is_not_offered(page: Page, open_editor: Open) -> None:
    open_editor()
    offer = page.locator("[data-undoes='1']")
    page.fill("#guidance_1", "")
    expect(offer).to_be_hidden()
    page.fill("#guidance_1", "また")
    _open_menu(page, "1")
    page.click("[data-clears='1']")
    expect(offer).to_be_visible()
    page.fill("#guidance_1", "新しい")
    page.fill("#guidance_1", "")
    expect(offer).to_be_hidden()


def test_a_file_is_cleared_and_taken_back(
    page: Page, open_editor: Open, account: Account, number: IncomingNumber
) -> None:
    row = factories.audio_file(account)
    file = GuidanceFile(str(row.id), row.name, str(row.audio_hash), 1000)
    guidances = {**factories.CONTENT.guidances, Slot.ASK_AGAIN: Guidance(file=file)}
    with all_companies("test"), transaction():
        flow = session.scalars(select(Flow).where(Flow.incoming_number_id == number.id)).one()
        flow.draft = FlowContent(guidances, factories.SMS).to_json()
    open_editor()
    panel = page.locator("#guidance_5_file [data-in=ready]")
    expect(panel).to_be_visible()
    assert _state(page, "5") == "set"
    _open_menu(page, "5")
    page.click("[data-clears='5']")
    expect(panel).to_be_hidden()
    assert _state(page, "5") == "unset"
    page.click("[data-undoes='5'] button")
    expect(panel).to_be_visible()
    assert _state(page, "5") == "set"
    _open_menu(page, "5")
    page.click("[data-clears='5']")
    page.click(".save-bar button[type=submit] >> nth=0")
    expect(page.locator(".notice--success")).to_be_visible()  # cleared, so nothing is asked for
    assert _state(page, "5") == "unset"


def test_a_url_is_shortened_and_counts_25(page: Page, open_editor: Open) -> None:
    open_editor()
    page.fill("#body", f"案内{URL}です")
    page.click("[data-opens-short-urls]")
    expect(page.locator("dialog[open] input[type=checkbox]")).to_be_focused()
    page.check("dialog[open] input[type=checkbox]")
    page.click("dialog[open] button[type=submit]")
    expect(page.locator("[data-sms-counter]")).to_have_text("29 / 660")
    expect(page.locator("[data-shows-text]")).to_have_text("案内 https://qms.jp/XXXXXXXX です")
    with page.expect_navigation():
        page.click(".save-bar button[type=submit] >> nth=0")
    expect(page.locator("input[name=short_urls]")).to_have_value(URL)
    page.fill("#body", "案内です")
    expect(page.locator("input[name=short_urls]")).to_have_count(0)


def test_a_new_url_goes_into_the_text_and_a_bad_one_does_not(page: Page, open_editor: Open) -> None:
    open_editor()
    page.fill("#body", "案内")
    page.click("[data-opens-short-urls]")
    for bad, code in (
        ("www.example.jp", "url_unreadable"),
        ("https://example.jp/a b", "url_unreadable"),
        ("https://intranet/", "url_host_wrong"),
        ("https://example.jp/".ljust(2001, "a"), "url_too_long"),
        ("https://qms.jp/aB3dE5gH", "url_is_ours"),
    ):
        page.fill("[data-new-url]", bad)
        page.keyboard.press("Enter")
        shown = page.locator("[data-url-problem]:visible")
        expect(shown).to_have_attribute("data-url-problem", code)
        expect(page.locator("[data-new-url]")).to_have_attribute("aria-invalid", "true")
    page.fill("[data-new-url]", URL)
    page.click("dialog[open] button[type=submit]")
    expect(page.locator("#body")).to_have_value(f"案内 {URL}")
    expect(page.locator("input[name=short_urls]")).to_have_value(URL)


def test_an_address_in_japanese_is_put_into_ascii(page: Page, open_editor: Open) -> None:
    open_editor()
    page.fill("#body", "")
    page.click("[data-opens-short-urls]")
    page.fill("[data-new-url]", "https://日本.example/春")
    page.keyboard.press("Enter")
    expect(page.locator("#body")).to_have_value("https://xn--wgv71a.example/%E6%98%A5")


def test_typed_urls_that_cannot_be_shortened_say_why(page: Page, open_editor: Open) -> None:
    open_editor()
    page.fill("#body", f"https://intranet/ https://qms.jp/aB3dE5gH {URL}")
    page.click("[data-opens-short-urls]")
    boxes = page.locator("dialog[open] input[type=checkbox]")
    expect(boxes.nth(0)).to_be_disabled()
    expect(boxes.nth(1)).to_be_disabled()
    expect(boxes.nth(2)).to_be_enabled()
    expect(page.locator(".choice__problem")).to_have_count(2)


def test_five_at_most_are_shortened(page: Page, open_editor: Open) -> None:
    open_editor()
    page.fill("#body", " ".join(f"https://example.jp/{number}" for number in range(6)))
    page.click("[data-opens-short-urls]")
    for box in page.locator("dialog[open] input[type=checkbox]").all():
        box.check()
    page.click("dialog[open] button[type=submit]")
    expect(page.locator("[data-too-many]")).to_be_visible()
    page.locator("dialog[open] input[type=checkbox]").last.uncheck()
    page.click("dialog[open] button[type=submit]")
    expect(page.locator("input[name=short_urls]")).to_have_count(5)


def test_parts_are_told_for_each_carrier(page: Page, open_editor: Open) -> None:
    open_editor()
    page.fill("#body", "あ" * 133)
    parts = page.locator("[data-parts-of]")
    counts = [text.strip("通 parts") for text in parts.all_inner_texts()]
    assert counts == ["2", "3", "2", "2"]
    words = page.locator("[data-sms-parts]").inner_text()
    assert "2" in words
    assert "3" in words


def test_what_handsets_show_badly_is_told_beside_the_text(page: Page, open_editor: Open) -> None:
    open_editor()
    warnings = page.locator("[data-sms-warnings]")
    page.fill("#body", "ご案内です。")
    expect(warnings).to_be_hidden()
    page.fill("#body", "ｶﾅと①" + "あ" * 59 + FAMILY + "あ")
    faults = page.locator("[data-fault]:visible")
    expect(faults).to_have_count(4)
    expect(page.locator("[data-fault=half_width_kana] [data-found]")).to_have_text("ｶ ﾅ")
    expect(page.locator("[data-fault=emoji_split]")).to_be_visible()
    page.click(".save-bar button[type=submit] >> nth=0")
    page.wait_for_load_state()
    expect(faults).to_have_count(4)  # the server says the same


@pytest.mark.parametrize("has_option", [False, True])
def test_softbank_shows_a_fixed_sender_without_the_option(
    page: Page, open_editor: Open, account: Account, has_option: bool
) -> None:
    with all_companies("test"), transaction():
        session.get_one(Account, account.id).has_softbank_sender = has_option
    open_editor()
    own, fixed = page.locator(".handset__own"), page.locator(".handset__fixed")
    expect(own).to_have_text("03-1234-5678")
    expect(fixed).to_be_hidden()
    page.check("[name=preview_carrier][value=softbank]")
    expect(own).to_be_visible(visible=has_option)
    expect(fixed).to_be_visible(visible=not has_option)
    expect(page.locator("[data-when-unsaved]")).to_be_hidden()  # looking is no edit


def test_only_what_is_saved_can_be_published(page: Page, open_editor: Open) -> None:
    open_editor()
    publish = page.locator("[data-publishes]")
    before = page.input_value("#guidance_1")
    expect(publish).to_be_enabled()
    page.fill("#guidance_1", "変えた")
    expect(publish).to_be_disabled()
    expect(page.locator("[data-when-unsaved]")).to_be_visible()
    page.fill("#guidance_1", before)
    expect(publish).to_be_enabled()
