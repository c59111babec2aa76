"""Edits of a flow that were not saved: kept in the browser, offered again, never a silent loss."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.domain.flow_content import FlowContent, Guidance
from app.domain.slots import Slot
from app.models.account import Account
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import account_scope
from app.models.user import User
from app.services import flows
from tests.support import factories

MINE = "消えてはいけない"
DAYS_8_AGO = "Date.now() - 8 * 24 * 3600 * 1000"
pytestmark = [pytest.mark.slow, pytest.mark.any_database]


@pytest.fixture
def account(db: object) -> Account:
    account = factories.account()
    factories.sender_number(account)
    return account


@pytest.fixture
def user(account: Account) -> User:
    return factories.member_of(account)


@pytest.fixture
def number(account: Account) -> IncomingNumber:
    number = factories.incoming_number(account)
    factories.draft_flow(number)
    return number


class Editor:
    """The editor of one number, in one browser."""

    def __init__(self, page: Page, address: str, number: IncomingNumber) -> None:
        self.page, self.address, self.number = page, address, number
        self.offer = page.locator("[data-kept-text]")
        self.text = page.locator("#guidance_1")

    def sign_in(self, user: User) -> None:
        self.page.context.clear_cookies()
        self.page.goto(f"{self.address}/sign-in")
        self.page.fill("[name=mail_address]", user.mail_address)
        self.page.fill("[name=password]", factories.PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url("**/numbers/")

    def open(self) -> None:
        self.page.goto(f"{self.address}/numbers/{self.number.id}/flow/edit")

    def type_and_lose(self) -> None:
        """Somebody writes, and the tab is gone: closing it asks, which is answered by leaving."""
        self.text.fill(MINE)
        self.page.once("dialog", lambda question: question.accept())
        self.page.goto(f"{self.address}/deliveries/")

    def save(self) -> None:
        self.page.click(".save-bar button[type=submit] >> nth=0")


@pytest.fixture
def editor(page: Page, address: str, number: IncomingNumber, user: User) -> Editor:
    opened = Editor(page, address, number)
    opened.sign_in(user)
    opened.open()
    return opened


@pytest.fixture
def colleague_saves(account: Account, number: IncomingNumber) -> Callable[[str], None]:
    colleague = factories.member_of(account)

    def save(text: str) -> None:
        content = factories.CONTENT
        guidances = {**content.guidances, Slot.GREETING: Guidance(text)}
        with account_scope(account.id):
            flows.save_draft(
                number.id, FlowContent(guidances, content.sms), revision=1, user_id=colleague.id
            )

    return save


def test_edits_outlive_the_session(editor: Editor, user: User) -> None:
    editor.text.fill(MINE)
    editor.page.context.clear_cookies()
    editor.save()
    expect(editor.page.locator("[name=password]")).to_be_visible()
    editor.sign_in(user)
    editor.open()
    editor.page.click("[data-kept-text-taken]")
    expect(editor.text).to_have_value(MINE)
    editor.save()
    expect(editor.page.locator(".notice--success")).to_be_visible()
    expect(editor.offer).to_be_hidden()


def test_edits_outlive_the_tab_and_are_put_back(editor: Editor, address: str) -> None:
    editor.type_and_lose()
    again = Editor(editor.page.context.new_page(), address, editor.number)
    again.open()
    expect(again.offer).to_be_visible()
    expect(again.offer.locator("[data-kept-conflict]")).to_be_hidden()
    again.page.click("[data-kept-text-taken]")
    expect(again.text).to_have_value(MINE)
    expect(again.page.locator("[data-when-unsaved]")).to_be_visible()
    again.save()
    expect(again.page.locator(".notice--success")).to_be_visible()
    again.open()
    expect(again.offer).to_be_hidden()


def test_edits_that_are_dropped_stay_dropped(editor: Editor) -> None:
    editor.type_and_lose()
    editor.open()
    editor.page.click("[data-kept-text-dropped]")
    editor.open()
    expect(editor.offer).to_be_hidden()


def test_cancelling_drops_them(editor: Editor) -> None:
    editor.text.fill(MINE)
    editor.page.once("dialog", lambda question: question.accept())
    editor.page.click("[data-cancels]")
    editor.page.wait_for_url("**/numbers/")
    editor.open()
    expect(editor.offer).to_be_hidden()


def test_edits_of_another_user_are_not_offered(editor: Editor, account: Account) -> None:
    editor.type_and_lose()
    editor.sign_in(factories.member_of(account))
    editor.open()
    expect(editor.offer).to_be_hidden()
    expect(editor.text).not_to_have_value(MINE)


def test_after_a_week_they_are_gone(editor: Editor) -> None:
    editor.type_and_lose()
    editor.page.evaluate(
        f"""() => {{
            const key = Object.keys(localStorage).find((name) => name.startsWith("unsaved "));
            const kept = JSON.parse(localStorage.getItem(key));
            localStorage.setItem(key, JSON.stringify({{ ...kept, at: {DAYS_8_AGO} }}));
        }}"""
    )
    editor.open()
    expect(editor.offer).to_be_hidden()
    kept = "() => Object.keys(localStorage).filter((name) => name.startsWith('unsaved '))"
    assert editor.page.evaluate(kept) == []


def test_where_the_draft_moved_on_both_are_shown_before_anything_is_replaced(
    editor: Editor, colleague_saves: Callable[[str], None]
) -> None:
    editor.type_and_lose()
    colleague_saves("同僚の言葉")
    editor.open()
    expect(editor.offer.locator("[data-kept-conflict]")).to_be_visible()
    editor.page.click("[data-kept-text-taken]")
    editor.save()
    expect(editor.page.locator("#saved-guidance_1")).to_contain_text("同僚の言葉")
    expect(editor.text).to_have_value(MINE)
    editor.save()
    expect(editor.page.locator(".notice--success")).to_be_visible()
    expect(editor.text).to_have_value(MINE)
    expect(editor.offer).to_be_hidden()


def test_the_editor_works_where_storage_is_forbidden(editor: Editor) -> None:
    editor.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('forbidden') } })"
    )
    editor.open()
    editor.text.fill(MINE)
    expect(editor.page.locator("[data-when-unsaved]")).to_be_visible()
    editor.save()
    expect(editor.page.locator(".notice--success")).to_be_visible()
