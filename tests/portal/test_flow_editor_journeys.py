"""The editor as people go through it: somebody who never saw it, by keyboard alone, on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app.domain.flow_content import FlowContent
from app.domain.slots import Slot
from app.models import flow as flow_table
from app.models.account import Account
from app.models.database import session
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import account_scope
from tests.services.publication_support import Voice
from tests.support import factories

PHONE = {"width": 390, "height": 844}
URL = "https://www.example.jp/menu"
GREETING = "お電話ありがとうございます。喫茶とどくでございます。"
WORDS = {
    "ja": {
        "menu": "メニュー",
        "register": "フロー登録",
        "next": "次へ",
        "sender": "送信元表示番号",
        "text": "配信原稿",
        "short": "短縮URL",
        "set": "設定",
        "save": "下書き保存",
        "publish": "公開",
    },
    "en": {
        "menu": "Menu",
        "register": "Register flow",
        "next": "Next",
        "sender": "Sender number",
        "text": "SMS text",
        "short": "Short URL",
        "set": "Set",
        "save": "Save draft",
        "publish": "Publish",
    },
}
# Where the Tab key stops, from the drawing to the end of the page: the order of the call.
STOPS = [
    *("listen ④", "menu-4", "guidance_4_kind", "guidance_4"),
    *("listen ①", "menu-1", "guidance_1_kind", "guidance_1"),
    *("listen ②", "menu-2", "guidance_2_kind", "guidance_2"),
    *("listen ③", "listen ④", "#guidance_4"),
    *("listen ⑤", "menu-5", "guidance_5_kind", "guidance_5", "listen ⑥"),
    *("sender", "body", "short URLs", "remove short URL", "preview_carrier"),
    *("cancel", "save", "trial", "publish"),
]
STOP_NAME = """(element) =>
    (element.matches(".listen") && `listen ${element.dataset.name}`) ||
    element.getAttribute("popovertarget") ||
    (element.matches(".same-as") && element.getAttribute("href")) ||
    (element.matches("[data-opens-short-urls]") && "short URLs") ||
    (element.closest(".url-list") && "remove short URL") ||
    (element.matches("[data-cancels]") && "cancel") ||
    (element.matches("[data-opens-trial]") && "trial") ||
    (element.matches("[data-publishes]") && "publish") ||
    (element.matches(".save-bar [type=submit]") && "save") ||
    element.name || element.textContent.trim()"""
pytestmark = [pytest.mark.slow, pytest.mark.any_database]


@pytest.fixture(autouse=True)
def voice(app: Flask) -> None:
    app.extensions["todoku_speech"] = Voice()


@pytest.fixture
def account(db: object) -> Account:
    account = factories.account("本店")
    factories.sender_number(account, "0312345678")
    factories.sender_number(account, "0120123456")
    return account


@pytest.fixture
def number(account: Account) -> IncomingNumber:
    return factories.incoming_number(account, "+815030000003")


@pytest.fixture
def signed_in(page: Page, address: str, account: Account) -> Page:
    user = factories.member_of(account)
    page.goto(f"{address}/sign-in")
    page.fill("[name=mail_address]", user.mail_address)
    page.fill("[name=password]", factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/numbers/")
    return page


@pytest.fixture
def draft_editor(signed_in: Page, address: str, number: IncomingNumber) -> Callable[[], Page]:
    """Opens the editor of a complete draft."""
    factories.draft_flow(number)

    def open_it() -> Page:
        signed_in.goto(f"{address}/numbers/{number.id}/flow/edit")
        return signed_in

    return open_it


def published(number: IncomingNumber) -> FlowContent:
    session.remove()
    with account_scope(number.account_id):
        flow = flow_table.live_flow(number.id)
        assert flow is not None
        assert flow.published_version is not None
        return flow.published_version.flow_content


def expect_right_flow(number: IncomingNumber) -> None:
    content = published(number)
    assert content.guidances[Slot.GREETING].text == GREETING
    assert content.missing() == ()
    assert content.sms is not None
    assert content.sms.sender == "0312345678"
    assert content.sms.short_urls == (URL,)


def _first_flow(page: Page, words: dict[str, str]) -> None:
    """From the list of numbers to a published flow, by what stands on the screen."""
    page.get_by_role("button", name=words["menu"]).locator("visible=true").last.click()
    page.get_by_role("button", name=words["register"]).locator("visible=true").click()
    page.get_by_role("dialog").get_by_role("button", name=words["next"]).click()
    publish = page.get_by_role("button", name=words["publish"], exact=True)
    expect(publish).to_be_disabled()
    page.locator("[data-missing]:visible").click()  # the bar names what is missing and leads there
    page.get_by_role("textbox", name="①").fill(GREETING)
    page.get_by_label(words["sender"]).select_option(label="03-1234-5678")
    page.get_by_role("textbox", name=words["text"]).fill(f"本日のメニュー {URL} です")
    page.get_by_role("button", name=words["short"], exact=True).click()
    page.get_by_role("dialog").get_by_label(URL).check()
    page.get_by_role("dialog").get_by_role("button", name=words["set"], exact=True).click()
    page.get_by_role("button", name=words["save"], exact=True).click()
    expect(publish).to_be_enabled()
    publish.click()
    page.get_by_role("dialog").get_by_role("button", name=words["publish"], exact=True).click()
    expect(page.locator(".notice--success")).to_be_visible()


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_somebody_who_never_saw_it_publishes_a_right_flow(
    signed_in: Page, number: IncomingNumber, language: str, size: dict[str, int] | None
) -> None:
    signed_in.reload()  # the number came after the list
    if language == "en":
        signed_in.click("[popovertarget=account-menu]")
        signed_in.locator("button[lang=en]").click()
        expect(signed_in.locator("html")).to_have_attribute("lang", "en")
    if size:
        signed_in.set_viewport_size(size)  # type: ignore[arg-type]
    _first_flow(signed_in, WORDS[language])
    expect_right_flow(number)


def test_tab_goes_through_the_page_as_the_call_goes(draft_editor: Callable[[], Page]) -> None:
    page = draft_editor()
    page.locator(".drawing-head a").focus()
    stops = []
    for _ in STOPS:
        page.keyboard.press("Tab")
        stops.append(page.locator(":focus").evaluate(STOP_NAME))
    assert stops == STOPS


def test_what_has_the_focus_is_never_under_the_bar(draft_editor: Callable[[], Page]) -> None:
    page = draft_editor()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.locator(".drawing-head a").focus()
    for _ in STOPS[:-4]:
        page.keyboard.press("Tab")
        focused = page.locator(":focus").bounding_box()
        bar = page.locator(".save-bar").bounding_box()
        assert focused is not None
        assert bar is not None
        assert focused["y"] < bar["y"] - 8, page.locator(":focus").evaluate(STOP_NAME)


def test_everything_goes_by_keyboard(
    draft_editor: Callable[[], Page], number: IncomingNumber
) -> None:
    page = draft_editor()
    press = page.keyboard.press
    page.locator("[popovertarget=menu-1]").press("Enter")
    expect(page.locator("[data-edits='1']")).to_be_focused()
    press("ArrowDown")
    press("Enter")
    expect(page.locator("[data-undoes='1'] button")).to_be_focused()
    press("Enter")
    expect(page.locator("#guidance_1")).to_be_focused()
    press("Control+A")
    page.keyboard.type(GREETING)
    page.locator("#sender").focus()
    page.keyboard.type("03")
    press("Tab")
    press("Control+A")
    page.keyboard.type(f"メニュー {URL} です")
    press("Tab")
    press("Enter")
    expect(page.locator("dialog[open] [type=checkbox]")).to_be_focused()
    press("Space")
    press("Enter")
    expect(page.locator("[data-opens-short-urls]")).to_be_focused()
    page.locator("[value=au]").focus()
    press("ArrowRight")
    press("ArrowRight")
    expect(page.locator("[value=softbank]")).to_be_checked()
    expect(page.locator(".handset__fixed")).to_be_visible()
    page.locator("[data-cancels]").focus()
    press("Tab")
    press("Enter")
    expect(page.locator(".notice--success")).to_be_visible()
    page.locator("[data-publishes]").press("Enter")
    expect(page.locator("dialog[open] [data-closes-dialog][autofocus]")).to_be_focused()
    press("Tab")
    press("Enter")
    expect(page.locator("[data-publishes]")).to_be_visible()
    page.wait_for_load_state()
    expect_right_flow(number)


def test_nothing_is_wider_than_a_phone(draft_editor: Callable[[], Page]) -> None:
    page = draft_editor()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.fill("#body", f"{URL} " + "https://example.jp/" + "a" * 300)
    page.click("[data-opens-short-urls]")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for wide in page.locator("dialog[open], .step-card, .handset, .save-bar").all():
        assert wide.evaluate("(box) => box.scrollWidth <= box.clientWidth + 1")
