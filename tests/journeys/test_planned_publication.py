"""予約公開 over the real product: planned in the browser, begun by the worker, heard in a call."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.domain.japan_days import TOKYO
from tests.journeys.test_call_to_log import sign_in
from tests.support.plugin_product import Product

pytestmark = pytest.mark.slow

LANDLINE, POSTER = "0312345678", "05030000001"
BEATS_EVERY_S = 15
PATIENCE_S = 30


def first_heard(product: Product) -> str:
    """What a caller from a landline hears first."""
    done = product.place_call("--json", "--from", LANDLINE, "--to", POSTER, "--digits", "")
    told: dict[str, Any] = json.loads(done.stdout)
    return next(step["hash"] for step in told["steps"] if step["kind"] == "play")


def test_it_is_heard_when_its_minute_has_come(
    page: Page, running_product: Callable[..., Product]
) -> None:
    product = running_product()
    sign_in(page, product)
    page.goto(product.url("portal", "/numbers/1/flow/edit"))
    page.fill("#guidance_1", "年末年始は休業いたします。")
    page.locator("#flow-form button[type=submit]").first.click()
    page.wait_for_load_state()
    page.locator("[data-publishes]").click()
    begins = (datetime.now(TOKYO) + timedelta(seconds=80)).replace(second=0, microsecond=0)
    dialog = page.locator("#publish-dialog")
    dialog.locator("[value=later]").check()
    dialog.locator("[name=first_day]").fill(f"{begins:%Y-%m-%d}")
    dialog.locator("[name=first_time]").fill(f"{begins:%H:%M}")
    dialog.locator("button[type=submit]").click()
    page.wait_for_url("**/flow/edit")
    before = first_heard(product)
    page.goto(product.url("portal", "/numbers/1/flow/history/"))
    expect(page.locator(".plan")).to_have_count(1)
    while page.locator(".plan").count():
        late = (datetime.now(TOKYO) - begins).total_seconds()
        assert late < BEATS_EVERY_S + PATIENCE_S, "the worker did not begin it"
        time.sleep(1)
        page.reload()
    assert datetime.now(TOKYO) >= begins, "too early"
    assert first_heard(product) != before
