"""One user, two accounts: an admin in 本店, a plain member in 支店; switching, also behind a tab's
back (SPEC §3, §4).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.domain.demo_logins import PASSWORD
from tests.journeys.steps import expect_to_be_in, sign_in
from tests.support.plugin_product import Product

pytestmark = pytest.mark.slow

WHO = "admin@demo.example"
OF_HEAD_OFFICE, OF_BRANCH = "050-3000-0001", "050-3000-0004"
TEXT = "支店に書かれてはならない文です。"


def choose(page: Page, account: str) -> None:
    expect(page.get_by_role("heading", name="アカウント選択")).to_be_visible()
    page.locator(".choice-list__item").filter(has_text=account).click()
    expect_to_be_in(page)


def switch(page: Page, account: str) -> None:
    page.locator("button.account").click()
    page.get_by_role("link", name="アカウント切替").click()
    choose(page, account)


def menu(page: Page) -> list[str]:
    """The left menu, but for the link out."""
    return page.locator(".sidebar__link:not([target]) span").all_inner_texts()


def edit_flow(page: Page, number: str) -> None:
    """From the ⋮ menu of the number; registers its flow where there is none."""
    row = page.get_by_role("row").filter(has_text=number)
    row.get_by_role("button", name="メニュー").click()
    entries = page.locator(".menu:popover-open")
    if entries.get_by_text("フロー登録").is_visible():
        entries.get_by_text("フロー登録").click()
        page.get_by_role("dialog").get_by_role("button", name="次へ").click()
    else:
        entries.get_by_text("フロー編集").click()
    expect(page.get_by_role("heading", name="フロー編集")).to_be_visible()
    page.wait_for_load_state()  # what stands below the heading is there too


def publish_buttons(page: Page) -> int:
    return page.get_by_role("button", name="公開", exact=True).count()


def status_of(page: Page, url: str) -> int:
    answer = page.goto(url)
    assert answer
    return answer.status


def test_switching_accounts(running_product: Callable[..., Product], page: Page) -> None:
    product = running_product()
    sign_in(page, product, WHO, PASSWORD)
    choose(page, "本店")
    expect(page.locator("button.account")).to_contain_text("本店")
    expect(page.locator("button.account")).to_contain_text("管理者")
    assert menu(page) == ["着信用電話番号"]
    edit_flow(page, OF_HEAD_OFFICE)
    assert publish_buttons(page) == 1
    editor = page.url

    other_tab = page.context.new_page()
    other_tab.goto(product.url("portal", "/numbers/"))
    switch(other_tab, "支店")
    expect(other_tab.locator("button.account")).to_contain_text("支店")
    expect(other_tab.locator("button.account")).to_contain_text("一般利用者")
    expect(other_tab.get_by_text(OF_BRANCH, exact=True)).to_be_visible()
    expect(other_tab.get_by_text(OF_HEAD_OFFICE, exact=True)).to_have_count(0)

    what_the_old_tab_sends_touches_neither_account(page)

    edit_flow(other_tab, OF_BRANCH)
    assert publish_buttons(other_tab) == 0
    expect(other_tab.get_by_text(TEXT)).to_have_count(0)
    assert status_of(other_tab, editor) == 404
    assert status_of(other_tab, product.url("portal", "/deliveries/")) == 403
    assert status_of(other_tab, product.url("portal", "/users/")) == 403

    other_tab.goto(product.url("portal", "/numbers/"))
    switch(other_tab, "本店")
    edit_flow(other_tab, OF_HEAD_OFFICE)
    expect(other_tab.get_by_label("① ")).not_to_have_value(TEXT)


def what_the_old_tab_sends_touches_neither_account(page: Page) -> None:
    """It still shows 本店, and is told instead of writing; its next click is in 支店."""
    expect(page.locator("button.account")).to_contain_text("本店")
    page.get_by_label("① ").fill(TEXT)
    page.get_by_role("button", name="下書き保存").click()
    expect(page.get_by_role("heading", name="画面の有効期限が切れました")).to_be_visible()
    expect(page.locator("button.account")).to_contain_text("支店")
    page.get_by_role("link", name="最初の画面へ").click()
    expect(page.get_by_text(OF_BRANCH, exact=True)).to_be_visible()
