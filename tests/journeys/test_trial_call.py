"""A trial call in the browser goes as the real call over the simulator: to the byte, to the SMS."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256

import pytest
from playwright.sync_api import Page, Request, expect

from tests.journeys.test_call_to_log import (
    KEYED,
    LANDLINE,
    PUBLISHED,
    call,
    choose,
    hashes_played,
    newest_in_log,
    sign_in,
)
from tests.support.plugin_product import Product

pytestmark = pytest.mark.slow
NO_MOBILE = "0312345678"


def wait_for_prompt(page: Page) -> None:
    """What is still being said is skipped."""
    while page.locator("[data-time]").is_hidden():
        page.get_by_role("button", name="待たずに進む").click()


def body(request: Request) -> bytes:
    answer = request.response()
    assert answer
    return answer.body()


def test_a_trial_call_goes_as_the_real_one(
    running_product: Callable[..., Product], page: Page
) -> None:
    product = running_product()
    sign_in(page, product)
    choose(page, "050-3000-0001", "テスト発信")
    asked_for: list[Request] = []  # answers may overtake each other
    page.on("request", lambda one: asked_for.append(one) if "/speech" in one.url else None)
    page.get_by_label("固定電話").check()
    page.get_by_role("button", name="発信", exact=True).click()
    for keys in (NO_MOBILE, KEYED):
        wait_for_prompt(page)
        page.keyboard.type(f"{keys}#")
        expect(page.locator(".heard--keyed").last).to_have_text(keys)
    expect(page.locator("[data-sms-text]")).to_be_visible()
    page.get_by_role("button", name="電話を切る").click()
    shown = page.locator("[data-sms-text]").inner_text()
    tried = [sha256(body(request)).hexdigest() for request in asked_for]
    expect(newest_in_log(page, product, KEYED)).to_have_count(0)  # nothing was sent

    digits = ("--digits", f"{NO_MOBILE}#", "--digits", f"{KEYED}#")
    told = call(product, "--from", LANDLINE, "--to", PUBLISHED, *digits)
    assert hashes_played(told) == tried
    (sms,) = told["sms"]
    assert re.sub("jp/[A-Za-z0-9]{8}", "jp/XXXXXXXX", sms["text"]).split() == shown.split()
