"""The scripts of the editor in a browser: counters, short URLs, unsaved edits, lapsed sessions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.models.account import Account
from app.models.incoming_number import IncomingNumber
from app.models.user import User
from tests.support import factories

URL = "https://www.example.jp/campaign/spring?from=poster"
pytestmark = pytest.mark.any_database


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
def open_editor(
    page: Page, address: str, account: Account, number: IncomingNumber
) -> Callable[[], None]:
    user = factories.member_of(account)

    def open_it() -> None:
        page.goto(f"{address}/sign-in")
        if page.locator("[name=password]").is_visible():
            _sign_in(page, user)
        page.goto(f"{address}/numbers/{number.id}/flow/edit")

    return open_it


def _sign_in(page: Page, user: User) -> None:
    page.fill("[name=mail_address]", user.mail_address)
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/numbers/")


def test_counters_and_the_second_place_of_slot_4(
    page: Page, open_editor: Callable[[], None]
) -> None:
    open_editor()
    page.fill("#guidance_4", "😀" * 101)
    counter = page.locator("[data-counter=guidance_4]")
    expect(counter).to_have_text("101 / 100")
    expect(counter).to_have_class("counter counter--over")
    expect(page.locator("[data-mirrors=guidance_4]")).to_have_text("😀" * 101)


def test_a_url_is_shortened_and_counts_25(page: Page, open_editor: Callable[[], None]) -> None:
    open_editor()
    page.fill("#body", f"案内{URL}です")
    page.click("[data-opens-short-urls]")
    page.check("dialog[open] input[type=checkbox]")
    page.click("dialog[open] button[type=submit]")
    expect(page.locator("[data-sms-counter]")).to_have_text("29 / 660")
    expect(page.locator("[data-shows-text]")).to_have_text("案内 https://qms.jp/XXXXXXXX です")
    with page.expect_navigation():
        page.click(".save-bar button[type=submit]")
    expect(page.locator("input[name=short_urls]")).to_have_value(URL)
    page.fill("#body", "案内です")
    expect(page.locator("input[name=short_urls]")).to_have_count(0)


def test_a_new_url_goes_into_the_text_and_a_bad_one_does_not(
    page: Page, open_editor: Callable[[], None]
) -> None:
    open_editor()
    page.fill("#body", "案内")
    page.click("[data-opens-short-urls]")
    page.fill("[data-new-url]", "https://日本.example/")
    page.click("dialog[open] button[type=submit]")
    expect(page.locator("[data-url-invalid]")).to_be_visible()
    page.fill("[data-new-url]", URL)
    page.click("dialog[open] button[type=submit]")
    expect(page.locator("#body")).to_have_value(f"案内 {URL}")
    expect(page.locator("input[name=short_urls]")).to_have_value(URL)


def test_only_what_is_saved_can_be_published(page: Page, open_editor: Callable[[], None]) -> None:
    open_editor()
    publish = page.locator("[data-publishes]")
    before = page.input_value("#guidance_1")
    expect(publish).to_be_enabled()
    page.fill("#guidance_1", "変えた")
    expect(publish).to_be_disabled()
    expect(page.locator("[data-when-unsaved]")).to_be_visible()
    page.fill("#guidance_1", before)
    expect(publish).to_be_enabled()


def test_edits_outlive_the_session(page: Page, open_editor: Callable[[], None]) -> None:
    open_editor()
    page.fill("#guidance_1", "消えてはいけない")
    page.context.clear_cookies()
    page.click(".save-bar button[type=submit]")
    expect(page.locator("[name=password]")).to_be_visible()
    open_editor()
    page.click("[data-kept-text-taken]")
    expect(page.locator("#guidance_1")).to_have_value("消えてはいけない")
    page.click(".save-bar button[type=submit]")
    expect(page.locator(".notice--success")).to_be_visible()
    expect(page.locator("[data-kept-text]")).to_be_hidden()
