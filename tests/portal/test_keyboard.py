"""The frame in a real browser: by keyboard, on a phone's width, under the content policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from app.domain.roles import Role
from app.models.account import Account
from tests.support import factories

PHONE = {"width": 390, "height": 844}
pytestmark = [pytest.mark.slow, pytest.mark.any_database]


@pytest.fixture
def account(db: object) -> Account:
    account = factories.account("本店")
    factories.published_flow(factories.incoming_number(account, "+815030000001"))
    factories.incoming_number(account, "+815030000003")
    return account


@pytest.fixture
def numbers(page: Page, address: str, account: Account) -> Page:
    """The list of numbers, reached by keyboard alone."""
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    who = factories.member_of(account, Role.COMPANY_ADMIN)
    page.goto(f"{address}/sign-in")
    page.locator("#mail_address").focus()
    page.keyboard.type(who.mail_address)
    page.keyboard.press("Tab")
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/numbers/")
    assert complaints == []
    return page


def _menu_button(page: Page, row: int) -> Locator:
    return page.locator(f"tbody tr:nth-child({row}) .table__actions > button")


def _open_menu(page: Page, row: int) -> Locator:
    """Open the ⋮ menu of a row; returns its entries, the first of which has the focus."""
    _menu_button(page, row).press("Enter")
    items = page.locator(".menu:popover-open .menu__item")
    expect(items.first).to_be_focused()
    return items


def test_a_menu_is_walked_with_the_arrows_and_gives_the_focus_back(numbers: Page) -> None:
    button = _menu_button(numbers, 1)
    items = _open_menu(numbers, 1)
    expect(items.last).to_contain_text("フロー削除")
    expect(button).to_have_attribute("aria-expanded", "true")
    numbers.keyboard.press("ArrowUp")
    expect(items.last).to_be_focused()
    numbers.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_deleting_is_asked_about_with_cancel_in_focus(numbers: Page) -> None:
    _open_menu(numbers, 1)
    numbers.keyboard.press("ArrowUp")
    numbers.keyboard.press("Enter")
    dialog = numbers.locator("#delete-dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("050-3000-0001")
    expect(dialog.locator(".notice--danger")).to_be_visible()
    expect(dialog.locator(".dialog__foot [data-closes-dialog]")).to_be_focused()
    numbers.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    _open_menu(numbers, 1)
    numbers.keyboard.press("ArrowUp")
    numbers.keyboard.press("Enter")
    numbers.keyboard.press("Tab")
    numbers.keyboard.press("Enter")
    expect(numbers.locator(".notice--success")).to_contain_text("050-3000-0001")
    expect(numbers.locator("tbody tr").nth(0).locator(".chip--none")).to_be_visible()


def test_registering_names_the_number_and_opens_the_editor(numbers: Page) -> None:
    _open_menu(numbers, 2)
    numbers.keyboard.press("Enter")
    dialog = numbers.locator("#register-dialog")
    expect(dialog).to_contain_text("050-3000-0003")
    dialog.locator("button[type=submit]").press("Enter")
    numbers.wait_for_url("**/flow/edit")


def test_a_number_is_copied_and_that_is_said(numbers: Page) -> None:
    numbers.context.grant_permissions(["clipboard-read", "clipboard-write"])
    numbers.locator("[data-copies]").first.press("Enter")
    expect(numbers.locator("#toasts")).to_contain_text("050-3000-0001")
    assert numbers.evaluate("navigator.clipboard.readText()") == "050-3000-0001"


def test_on_a_phone_the_menu_folds_and_nothing_is_cut_off(numbers: Page) -> None:
    numbers.set_viewport_size(PHONE)
    assert numbers.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(numbers.locator("#sidebar")).to_be_hidden()
    numbers.locator(".menu-toggle").press("Enter")
    expect(numbers.locator("#sidebar")).to_be_visible()
    expect(numbers.locator(".menu-toggle")).to_have_attribute("aria-expanded", "true")


def test_refused_fields_take_the_focus_to_the_summary(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in")
    page.locator("#mail_address").press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#mail_address")).to_be_focused()
