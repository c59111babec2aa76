"""The warning before a session ends, in a browser: several tabs, and what was typed (SPEC §4)."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from app.models.incoming_number import IncomingNumber
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.any_database]
MAIL_ADDRESS = "somebody@example.jp"
IDLE_S, WARN_BEFORE_S = 10, 7


@pytest.fixture(autouse=True)
def _short(app: Flask) -> None:
    app.config.update(SESSION_IDLE_S=IDLE_S, SESSION_WARN_BEFORE_S=WARN_BEFORE_S)


@pytest.fixture
def number(db: object) -> IncomingNumber:
    account = factories.account()
    factories.membership(factories.user(MAIL_ADDRESS), account)
    factories.sender_number(account)
    number = factories.incoming_number(account)
    factories.draft_flow(number)
    return number


@pytest.fixture
def editor(page: Page, address: str, number: IncomingNumber) -> Page:
    """Somebody at work in the flow editor."""
    page.goto(f"{address}/sign-in")
    _sign_in(page)
    page.goto(f"{address}/numbers/{number.id}/flow/edit")
    return page


def _sign_in(page: Page) -> None:
    page.fill("[name=mail_address]", MAIL_ADDRESS)
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/numbers/**")


def _warning(page: Page) -> Locator:
    return page.locator("#idle-warning")


def test_going_on_closes_the_warning_in_every_tab(editor: Page) -> None:
    other = editor.context.new_page()
    other.goto(editor.url)
    expect(_warning(editor)).to_be_visible()
    expect(_warning(other)).to_be_visible()
    expect(_warning(editor).get_by_role("timer")).to_have_text("0:03")
    _warning(other).locator("[data-closes-dialog]").click()
    expect(_warning(other)).to_be_hidden()
    expect(_warning(editor)).to_be_hidden()
    other.wait_for_timeout((IDLE_S - WARN_BEFORE_S - 1) * 1000)
    other.reload()
    expect(other).to_have_url(editor.url)


def test_escape_goes_on_too(editor: Page) -> None:
    expect(_warning(editor)).to_be_visible()
    with editor.expect_response("**/session/keep") as kept:
        editor.keyboard.press("Escape")
    assert kept.value.json()["seconds_left"] >= IDLE_S - 1
    expect(_warning(editor)).to_be_hidden()


def test_work_in_another_tab_keeps_the_warning_away(app: Flask, editor: Page) -> None:
    app.config["SESSION_IDLE_S"] = 2 * IDLE_S
    other = editor.context.new_page()
    for _ in range(4):
        other.goto(editor.url)
        expect(_warning(editor)).to_be_hidden()
        other.wait_for_timeout(IDLE_S / 2 * 1000)
    expect(_warning(editor)).to_be_hidden()
    assert "/flow/edit" in editor.url


def test_what_was_typed_outlives_the_logout(editor: Page) -> None:
    wanted = editor.url
    editor.fill("#guidance_1", "まだ保存していない文章です。")
    editor.wait_for_url("**/sign-in?next=**")
    expect(editor.locator(".notice--warning")).to_be_visible()
    _sign_in(editor)
    expect(editor).to_have_url(wanted)
    editor.locator("[data-kept-text-taken]").click()
    expect(editor.locator("#guidance_1")).to_have_value("まだ保存していない文章です。")


def test_a_page_of_the_session_before_opens_anew(editor: Page) -> None:
    other = editor.context.new_page()
    other.goto(f"{editor.url.partition('/numbers')[0]}/accounts/")
    other.click("button[name=account_id]")
    expect(_warning(editor)).to_be_visible()
    with editor.expect_navigation():
        _warning(editor).locator("[data-closes-dialog]").click()
    expect(editor.locator("#guidance_1")).to_be_visible()


def test_without_network_the_page_stays(editor: Page) -> None:
    editor.fill("#guidance_1", "まだ保存していない文章です。")
    editor.context.set_offline(True)
    editor.wait_for_timeout((IDLE_S + 2) * 1000)
    expect(editor.locator("#guidance_1")).to_have_value("まだ保存していない文章です。")
    assert "/flow/edit" in editor.url
