"""A user's life in his company: created with two roles, edited, reset, deleted, and restored by the
operator (SPEC §11, §13). Four people at four browsers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.domain.demo_logins import PASSWORD
from tests.journeys.steps import (
    NEW,
    NEWER,
    expect_to_be_in,
    mail_to,
    reset_link_and_code,
    set_password,
    sign_in,
    temporary_password,
)
from tests.support.plugin_browser import DESKTOP
from tests.support.plugin_product import Product

pytestmark = pytest.mark.slow

ADDRESS, NAME = "hanako@demo.example", "髙橋 﨑子"


@pytest.fixture
def another_page(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Each in a browser profile of its own."""
    contexts = []

    def new() -> Page:
        contexts.append(browser.new_context(locale="ja-JP", viewport=DESKTOP))
        return contexts[-1].new_page()

    yield new
    for context in contexts:
        context.close()


def test_a_users_life(
    running_product: Callable[..., Product], page: Page, another_page: Callable[[], Page]
) -> None:
    product = running_product()
    admin, user = page, another_page()
    sign_in(admin, product, "company-admin@demo.example", PASSWORD)
    expect_to_be_in(admin)
    create_with_two_roles(product, admin)
    first_sign_in(product, user)
    a_role_taken_counts_at_the_next_click(product, admin, user)
    reset_by_the_admin(product, admin, user, another_page())
    delete(product, admin, user)
    restored_by_the_operator(product, another_page(), user)


def role_row(admin: Page, n: int, account: str, role: str) -> None:
    row = admin.locator(".role-row").nth(n)
    row.get_by_label("アカウント").select_option(label=account)
    row.get_by_label("権限").select_option(label=role)


def create_with_two_roles(product: Product, admin: Page) -> None:
    admin.get_by_role("link", name="企業ユーザー管理").click()
    admin.get_by_role("link", name="ユーザーの登録").click()
    admin.get_by_label("メールアドレス").fill(ADDRESS)
    admin.get_by_label("ユーザー名").fill(NAME)
    role_row(admin, 0, "本店", "上位管理者")
    admin.get_by_role("button", name="追加").click()
    role_row(admin, 1, "支店", "一般利用者")
    admin.get_by_role("button", name="登録", exact=True).last.click()
    expect(success(admin)).to_contain_text(ADDRESS)
    expect(row_of(admin)).to_contain_text("上位管理者")
    expect(row_of(admin)).to_contain_text("一般利用者")


def success(page: Page) -> Locator:
    return page.locator(".notice--success")


def row_of(admin: Page) -> Locator:
    return admin.locator("tr.company-user").filter(has_text=ADDRESS)


def first_sign_in(product: Product, user: Page) -> None:
    mail = mail_to(product, ADDRESS, "仮パスワード")
    assert f"{NAME} 様" in mail
    sign_in(user, product, ADDRESS, temporary_password(mail))
    expect(user.get_by_role("heading", name="パスワード変更")).to_be_visible()
    set_password(user, NEW, current=temporary_password(mail))
    user.locator(".choice-list__item").filter(has_text="本店").click()
    expect_to_be_in(user)
    user.get_by_role("link", name="配信ログ").click()
    expect(user.get_by_role("heading", name="配信ログ", exact=True)).to_be_visible()


def open_user(product: Product, admin: Page) -> None:
    admin.goto(product.url("portal", f"/users/?q={ADDRESS}"))
    row_of(admin).get_by_role("button").click()


def a_role_taken_counts_at_the_next_click(product: Product, admin: Page, user: Page) -> None:
    open_user(product, admin)
    admin.get_by_role("link", name="編集").click()
    row = admin.locator(".role-row").filter(has=admin.locator("option:checked", has_text="本店"))
    row.get_by_label("権限").select_option(label="一般利用者")
    admin.get_by_role("button", name="保存").last.click()
    expect(success(admin)).to_be_visible()
    answer = user.reload()
    assert answer
    assert answer.status == 403
    expect(user.locator("button.account")).to_contain_text("一般利用者")


def reset_by_the_admin(product: Product, admin: Page, user: Page, elsewhere: Page) -> None:
    open_user(product, admin)
    admin.get_by_role("button", name="パスワードリセット").click()
    dialog = admin.get_by_role("dialog")
    expect(dialog).to_contain_text(ADDRESS)
    dialog.get_by_role("button", name="パスワードリセット").click()
    expect(success(admin)).to_be_visible()
    link, code = reset_link_and_code(mail_to(product, ADDRESS, "パスワード再設定"))
    elsewhere.goto(link)
    elsewhere.get_by_label("認証コード").fill(code)
    set_password(elsewhere, NEWER)
    expect(elsewhere.get_by_text("パスワードを設定しました")).to_be_visible()
    user.goto(product.url("portal", "/numbers/"))
    expect(user.get_by_role("heading", name="ログイン")).to_be_visible()
    enter(product, user)


def enter(product: Product, user: Page) -> None:
    sign_in(user, product, ADDRESS, NEWER)
    user.locator(".choice-list__item").filter(has_text="本店").click()
    expect_to_be_in(user)


def delete(product: Product, admin: Page, user: Page) -> None:
    open_user(product, admin)
    admin.get_by_role("button", name="削除").click()
    dialog = admin.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{ADDRESS}を削除しますか")
    dialog.get_by_role("button", name="削除").click()
    expect(success(admin)).to_be_visible()
    user.get_by_role("link", name="着信用電話番号").first.click()
    expect(user.get_by_role("heading", name="ログイン")).to_be_visible()
    sign_in(user, product, ADDRESS, NEWER)
    expect(user.get_by_role("alert")).to_be_visible()

    admin.goto(product.url("portal", "/users/new"))
    admin.get_by_label("メールアドレス").fill(ADDRESS)
    admin.get_by_label("ユーザー名").fill(NAME)
    role_row(admin, 0, "本店", "一般利用者")
    admin.get_by_role("button", name="登録", exact=True).last.click()
    expect(admin.locator("#mail_address-error")).to_contain_text("削除")


def restored_by_the_operator(product: Product, operator: Page, user: Page) -> None:
    sign_in(operator, product, "operator@demo.example", PASSWORD)
    operator.get_by_role("link", name="企業ユーザー", exact=True).click()
    operator.get_by_label("メールアドレス").fill(ADDRESS)
    operator.get_by_role("button", name="検索").click()
    operator.get_by_role("row").filter(has_text=ADDRESS).get_by_role("link").click()
    operator.get_by_role("link", name="復元").click()
    operator.get_by_role("button", name="復元").click()
    expect(success(operator)).to_be_visible()
    enter(product, user)
    expect(user.locator("button.account")).to_contain_text("一般利用者")
