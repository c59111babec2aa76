"""The editor has no barrier that axe-core finds, in whatever state somebody sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.domain.flow_content import FlowContent, Guidance
from app.domain.slots import Slot
from app.models.account import Account
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import account_scope
from app.services import flows
from tests.support import factories

SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
# What a bar covers depends on where somebody has scrolled to; scroll-padding keeps the focus clear.
STOP_STICKING = """() => {
    const bars = document.querySelectorAll(".save-bar, .topbar");
    for (const bar of bars) bar.style.position = "static";
}"""
Act = Callable[[Page], None]
pytestmark = [pytest.mark.slow, pytest.mark.any_database]


def _filled(page: Page) -> None:
    page.fill("#body", "ｶﾅと①と😀のご案内です。" + "あ" * 100)
    expect(page.locator("[data-sms-warnings]")).to_be_visible()


def _empty(page: Page) -> None:
    for field in ("#guidance_1", "#guidance_2", "#guidance_4", "#guidance_5", "#body"):
        page.fill(field, "")
    expect(page.locator("[data-missing]:visible")).to_have_count(5)


def _refused(page: Page) -> None:
    page.fill("#guidance_1", "あ" * 101)
    page.fill("#body", "あ" * 661)
    _save(page)
    expect(page.locator(".error-summary")).to_be_visible()


def _save(page: Page) -> None:
    page.click(".save-bar button[type=submit] >> nth=0")


def _menu(page: Page) -> None:
    button = page.locator("[popovertarget=menu-4]")
    button.scroll_into_view_if_needed()
    page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    button.click()
    expect(page.locator("#menu-4")).to_be_visible()


def _cleared(page: Page) -> None:
    _menu(page)
    page.click("[data-clears='4']")
    expect(page.locator("[data-undoes='4']")).to_be_visible()


def _short_urls(page: Page) -> None:
    page.fill("#body", "https://www.example.jp/ https://intranet/ https://qms.jp/aB3dE5gH")
    page.click("[data-opens-short-urls]")
    page.fill("[data-new-url]", "www.example.jp")
    page.keyboard.press("Enter")
    expect(page.locator("[data-url-problem]:visible")).to_have_count(1)


def _publish(page: Page) -> None:
    page.click("[data-publishes]")
    expect(page.locator("#publish-dialog")).to_be_visible()


def _trial_dialog(page: Page) -> None:
    page.fill("#guidance_1", "まだ保存していません。")
    page.click("[data-opens-trial]")
    expect(page.locator("#trial-dialog")).to_be_visible()


def _file(page: Page) -> None:
    page.click("[name=guidance_5_kind][value=file]")
    expect(page.locator("#kind-5")).to_be_visible()  # the saved text would be replaced
    page.click("#kind-5 [data-changes-kind]")
    expect(page.locator("#guidance_5_file")).to_be_visible()


def _kept(page: Page) -> None:
    page.fill("#guidance_1", "消えてはいけない")
    page.once("dialog", lambda question: question.accept())
    page.reload()
    expect(page.locator("[data-kept-text]")).to_be_visible()


STATES: dict[str, Act] = {
    "saved": lambda _page: None,
    "filled": _filled,
    "empty": _empty,
    "refused": _refused,
    "menu": _menu,
    "cleared": _cleared,
    "short URLs": _short_urls,
    "publish": _publish,
    "trial": _trial_dialog,
    "file": _file,
    "kept": _kept,
}


@pytest.fixture
def account(db: object) -> Account:
    account = factories.account()
    factories.sender_number(account)
    return account


@pytest.fixture
def number(account: Account) -> IncomingNumber:
    number = factories.incoming_number(account)
    factories.published_flow(number)
    return number


@pytest.fixture
def editor(page: Page, address: str, account: Account, number: IncomingNumber) -> Page:
    user = factories.member_of(account)
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{address}/sign-in")
    page.fill("[name=mail_address]", user.mail_address)
    page.fill("[name=password]", factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/numbers/")
    page.goto(f"{address}/numbers/{number.id}/flow/edit")
    return page


def _barriers_at_both_sizes(page: Page, axe: Callable[[Page], list[str]]) -> list[str]:
    found: list[str] = []
    page.evaluate(STOP_STICKING)
    for name, size in SIZES.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished))")
        found += [f"{name}: {barrier}" for barrier in axe(page)]
    return found


@pytest.mark.parametrize("state", STATES)
def test_no_barrier(editor: Page, axe: Callable[[Page], list[str]], state: str) -> None:
    STATES[state](editor)
    assert _barriers_at_both_sizes(editor, axe) == []


def test_no_barrier_in_a_conflict(
    editor: Page, axe: Callable[[Page], list[str]], account: Account, number: IncomingNumber
) -> None:
    colleague = factories.member_of(account)
    guidances = {**factories.CONTENT.guidances, Slot.GREETING: Guidance("同僚の言葉")}
    with account_scope(account.id):
        flows.save_draft(number.id, FlowContent(guidances), revision=1, user_id=colleague.id)
    editor.fill("#guidance_1", "自分の言葉")
    _save(editor)
    expect(editor.locator("#saved-guidance_1")).to_be_visible()
    assert _barriers_at_both_sizes(editor, axe) == []


@pytest.mark.parametrize("path", ["flow/published/", "flow/history/", "flow/trial/"])
def test_no_barrier_on_the_pages_around(
    editor: Page, axe: Callable[[Page], list[str]], address: str, number: IncomingNumber, path: str
) -> None:
    editor.goto(f"{address}/numbers/{number.id}/{path}")
    assert _barriers_at_both_sizes(editor, axe) == []
