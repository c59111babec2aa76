"""Signing in as people live it: the mailed temporary password, an expired one, a forgotten one, the
lock; and the second factor. One product, its own mailbox (SPEC §4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from app import clock
from app.domain.demo_logins import PASSWORD
from app.domain.mail_texts import Sender
from app.domain.roles import Role
from app.models import database
from app.models import membership as membership_table
from app.models import user as user_table
from app.models.database import session, transaction
from app.services import mails
from app.services.company_users import Manager, create_user
from tests.journeys.steps import (
    NEW,
    NEWER,
    expect_to_be_in,
    mail_to,
    reset_link_and_code,
    set_password,
    sign_in,
    sign_out,
    temporary_password,
)
from tests.support.plugin_browser import DESKTOP
from tests.support.plugin_product import Product

pytestmark = pytest.mark.slow

ADMIN, MEMBER = "company-admin@demo.example", "member@demo.example"
SENIOR, PLAIN_ADMIN = "senior-admin@demo.example", "admin@demo.example"
NEWCOMER = "shinjin@demo.example"
WRONG = "Wrong-Passw0rd!"


@pytest.fixture
def product(running_product: Callable[..., Product]) -> Iterator[Product]:
    started = running_product()
    engine = database.configure(f"sqlite:///{started.state_dir / 'todoku.sqlite3'}")
    yield started
    session.remove()
    engine.dispose()


def test_signing_in(product: Product, page: Page, browser: Browser) -> None:
    first_sign_in_with_the_mailed_temporary_password(product, page)
    an_expired_password_has_to_be_changed(product, page)
    a_forgotten_password_is_set_anew_through_the_mailbox(product, page, browser)
    five_wrong_passwords_lock(product, page)
    a_second_factor(product, page)


def first_sign_in_with_the_mailed_temporary_password(product: Product, page: Page) -> None:
    register(product)
    temporary = temporary_password(mail_to(product, NEWCOMER, "仮パスワード"))
    sign_in(page, product, NEWCOMER, temporary)
    expect(page.get_by_role("heading", name="パスワード変更")).to_be_visible()
    page.goto(product.url("portal", "/numbers/"))
    expect(page.get_by_role("heading", name="パスワード変更")).to_be_visible()
    set_password(page, NEW, current=temporary)
    expect_to_be_in(page)
    sign_out(page)
    sign_in(page, product, NEWCOMER, NEW)
    expect_to_be_in(page)
    sign_out(page)


def register(product: Product) -> None:
    """What the company admin's screen does; the worker's sweep finds the mail."""
    mails.configure(
        Sender(product.url("portal", ""), "Todoku", "https://support.example", "a@x.example"),
        lambda _mail_id: None,
    )
    admin = user_table.by_mail_address(ADMIN)
    assert admin is not None
    home = membership_table.of_user(admin.id)[0].account
    manager = Manager(admin.id, home.company_id)
    create_user(manager, NEWCOMER, "新人 花子", [(home.id, Role.MEMBER)], is_active=True)


def an_expired_password_has_to_be_changed(product: Product, page: Page) -> None:
    with transaction():
        found = user_table.by_mail_address(MEMBER)
        assert found is not None
        found.password_set_at = clock.now() - timedelta(days=90)
    sign_in(page, product, MEMBER, PASSWORD)
    expect(page.get_by_text("有効期限（90日）が切れました")).to_be_visible()
    page.locator("#current_password").fill(PASSWORD)
    page.locator("#new_password").fill(PASSWORD)
    page.locator("#new_password_again").fill(PASSWORD)
    page.get_by_role("button", name="設定", exact=True).click()
    expect(page.locator("#new_password-error")).to_contain_text("直近3回")
    set_password(page, NEW, current=PASSWORD)
    expect_to_be_in(page)
    sign_out(page)


def a_forgotten_password_is_set_anew_through_the_mailbox(
    product: Product, page: Page, browser: Browser
) -> None:
    elsewhere = browser.new_context(locale="ja-JP", viewport=DESKTOP).new_page()
    sign_in(elsewhere, product, SENIOR, PASSWORD)
    expect_to_be_in(elsewhere)

    page.goto(product.url("portal", "/sign-in"))
    page.get_by_role("link", name="パスワードを忘れた場合").click()
    expect(page.get_by_role("heading", name="パスワード初期化")).to_be_visible()
    page.get_by_label("メールアドレス").fill(SENIOR)
    page.get_by_role("button", name="送信").click()
    expect(page.get_by_text("登録されている場合")).to_be_visible()

    link, code = reset_link_and_code(mail_to(product, SENIOR, "パスワード再設定"))
    page.goto(link)
    page.get_by_label("認証コード").fill(code)
    set_password(page, NEWER)
    expect(page.get_by_text("パスワードを設定しました")).to_be_visible()

    elsewhere.reload()
    expect(elsewhere.get_by_role("heading", name="ログイン")).to_be_visible()
    elsewhere.context.close()
    sign_in(page, product, SENIOR, NEWER)
    expect_to_be_in(page)
    sign_out(page)
    page.goto(link)
    expect(page.get_by_text("このリンクは使用できません")).to_be_visible()


def five_wrong_passwords_lock(product: Product, page: Page) -> None:
    for _ in range(5):
        sign_in(page, product, PLAIN_ADMIN, WRONG)
        expect(page.get_by_role("alert")).to_contain_text("メールアドレスまたはパスワード")
    sign_in(page, product, PLAIN_ADMIN, PASSWORD)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("（日本時間）までロック")
    with transaction():
        found = user_table.by_mail_address(PLAIN_ADMIN)
        assert found is not None
        found.locked_until = clock.now()
    sign_in(page, product, PLAIN_ADMIN, PASSWORD)
    expect(page.get_by_role("heading", name="アカウント選択")).to_be_visible()
    sign_out(page)


def a_second_factor(product: Product, page: Page) -> None:
    sign_in(page, product, MEMBER, NEW)
    expect_to_be_in(page)
    page.locator("button.account").click()
    page.get_by_role("link", name="二要素認証").click()
    secret = page.locator("[data-copies]").first.get_attribute("data-copies")
    assert secret
    expect(page.get_by_alt_text("認証アプリ用のQRコード")).to_be_visible()
    page.locator("#code").fill(pyotp.TOTP(secret).now())
    page.locator("#password").fill(NEW)
    page.get_by_role("button", name="有効にする").click()
    codes = page.locator(".recovery-codes code")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    page.get_by_role("link", name="保管しました").click()
    expect_to_be_in(page)
    sign_out(page)
    sign_in(page, product, MEMBER, NEW)
    expect(page.get_by_role("heading", name="二要素認証")).to_be_visible()
    page.locator("#code").fill(recovery)
    page.get_by_role("button", name="次へ").click()
    expect_to_be_in(page)
