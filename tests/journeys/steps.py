"""What people do in several journeys: sign in and out, set a password, read their mail."""

from __future__ import annotations

import email
import re
import time
from email import policy

from playwright.sync_api import Page, expect

from tests.support.plugin_product import Product

NEW = "Atarashii-Passw0rd1"
NEWER = "Motto-Atarashii-9"
MAIL_WITHIN_S = 25


def mail_to(product: Product, address: str, subject: str) -> str:
    """The text of the newest mail to the address with this in its subject, once it is there."""
    deadline = time.monotonic() + MAIL_WITHIN_S
    while time.monotonic() < deadline:
        files = sorted((product.state_dir / "mail").glob("*.eml"), key=lambda f: f.stat().st_mtime)
        for file in reversed(files):
            mail = email.message_from_bytes(file.read_bytes(), policy=policy.default)
            if address in mail["To"] and subject in mail["Subject"]:
                body = mail.get_body()
                assert body is not None
                text: str = body.get_content()
                return text
        time.sleep(0.1)
    raise AssertionError(f"no mail to {address} about {subject}")


def sign_in(page: Page, product: Product, address: str, password: str) -> None:
    page.goto(product.url("portal", "/sign-in"))
    page.get_by_label("メールアドレス").fill(address)
    page.locator("#password").fill(password)
    page.get_by_role("button", name="ログイン").click()


def set_password(page: Page, new: str, current: str | None = None) -> None:
    if current is not None:
        page.locator("#current_password").fill(current)
    page.locator("#new_password").fill(new)
    expect(page.locator(".password-rule--kept")).to_have_count(7)
    page.locator("#new_password_again").fill(new)
    page.get_by_role("button", name="設定", exact=True).click()


def sign_out(page: Page) -> None:
    page.locator("button.account").click()
    page.get_by_role("button", name="ログアウト").click()
    expect(page.get_by_role("heading", name="ログイン")).to_be_visible()


def expect_to_be_in(page: Page) -> None:
    expect(page.get_by_role("heading", name="着信用電話番号")).to_be_visible()


def reset_link_and_code(mail: str) -> tuple[str, str]:
    link = re.search(r"http://\S+/password-reset/\S+", mail)
    code = re.search(r"認証コード: (\d{8})", mail)
    assert link
    assert code
    return link[0], code[1]


def temporary_password(mail: str) -> str:
    found = re.search(r"仮パスワード: (\S+)", mail)
    assert found
    return found[1]
