"""A call, its SMS and the search for them leave no phone number in the log of any program."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.domain import demo_logins
from tests.journeys.steps import sign_in
from tests.support.plugin_product import Product

pytestmark = pytest.mark.slow

CALLER, KEYED, SILENT = "0387654321", "08055667788", "09044332211"
ENDS = ("87654321", "55667788", "44332211")


def test_no_program_logs_a_number(page: Page, running_product: Callable[..., Product]) -> None:
    product = running_product(GUNICORN_CMD_ARGS="--access-logfile -")
    called = product.place_call("--from", CALLER, "--to", "05030000001", "--digits", f"{KEYED}#")
    assert called.returncode == 0, called.stdout + called.stderr
    product.place_call("--from", SILENT, "--to", "05030000001")
    sign_in(page, product, "company-admin@demo.example", demo_logins.PASSWORD)
    page.get_by_role("link", name="配信ログ").click()
    page.locator("#recipient").fill(KEYED)
    page.get_by_role("button", name="検索", exact=True).click()
    expect(page.get_by_text(f"+81{KEYED[1:]}").first).to_be_visible()
    log = product.log.read_text(encoding="utf-8", errors="replace")
    assert re.search(r"GET /deliveries/\?… ", log), "the access log is on, and the search in it"
    assert re.search(r"POST /ivr/digits", log)
    found = [line for line in log.splitlines() if any(end in line for end in ENDS)]
    assert not found, found
