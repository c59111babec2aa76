"""From the form to the mailbox over the real broker and worker: portal → queue → worker → mail."""

from __future__ import annotations

import re
import time

import pytest
import requests

from app.domain import demo_logins
from tests.support.plugin_product import Product

pytestmark = pytest.mark.slow

ARRIVES_WITHIN_S = 20
ADDRESS = "new-user@demo.example"


def test_a_new_users_mail_arrives(embedded_product: Product) -> None:
    browser = requests.Session()

    def token(path: str) -> str:
        page = browser.get(embedded_product.url("portal", path), timeout=10).text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found, page
        return found[1]

    def send(path: str, **fields: str) -> requests.Response:
        data = {"csrf_token": token(path), **fields}
        return browser.post(embedded_product.url("portal", path), data=data, timeout=10)

    send("/sign-in", mail_address="company-admin@demo.example", password=demo_logins.PASSWORD)
    page = browser.get(embedded_product.url("portal", "/users/new"), timeout=10).text
    account = re.search(r'<option value="(\d+)"[^>]*>本店</option>', page)
    assert account, page
    answer = send(
        "/users/new",
        mail_address=ADDRESS,
        name="髙橋 﨑子",
        account=account[1],
        role="member",
        status="active",
    )
    assert ADDRESS in answer.text
    mails = embedded_product.url("simulator", "/simulator/mails")
    deadline = time.monotonic() + ARRIVES_WITHIN_S
    found: list[dict[str, str]] = []
    while not found:
        assert time.monotonic() < deadline, "no mail arrived"
        time.sleep(0.2)
        found = [
            mail for mail in requests.get(mails, timeout=5).json()["mails"] if mail["to"] == ADDRESS
        ]
    (mail,) = found
    assert "髙橋 﨑子 様" in mail["text"]
    password = re.search(r"仮パスワード: (\S+)", mail["text"])
    assert password
    browser.cookies.clear()
    entered = send("/sign-in", mail_address=ADDRESS, password=password[1])
    assert entered.url.endswith("/password") or "/password?" in entered.url
