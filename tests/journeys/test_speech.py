"""What ▶ plays in the editor is what callers hear once it is published, to the byte."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest
from playwright.sync_api import Page

from tests.journeys.test_call_to_log import (
    DRAFT,
    LANDLINE,
    MOBILE,
    PUBLISHED,
    call,
    choose,
    hashes_played,
    publish,
    save_draft,
    sign_in,
)
from tests.support.plugin_product import Product

pytestmark = pytest.mark.slow

TEXTS = {
    "1": "東雲でございます。",
    "2": "番号をどうぞ。",
    "4": "お送りします。",
    "5": "もう一度どうぞ。",
}


def played_by(page: Page, slot: str) -> str:
    """The hash of the bytes that ▶ of this slot fetches."""
    button = page.locator(f"[data-listens=guidance_{slot}]").first
    with page.expect_response("**/guidances/speech") as answered:
        button.click()
    return sha256(answered.value.body()).hexdigest()


def teach(page: Page, product: Product, written: str, reading: str) -> None:
    page.goto(product.url("portal", "/numbers/reading-hints/"))
    page.fill("[name=written]", written)
    page.fill("[name=reading]", reading)
    page.locator("main form button[type=submit]").first.click()
    page.get_by_role("row").filter(has_text=written).wait_for()


def test_what_is_played_is_what_callers_hear(
    running_product: Callable[..., Product], page: Page
) -> None:
    product = running_product()
    sign_in(page, product)
    choose(page, "050-3000-0002", "フロー編集")
    for slot, text in TEXTS.items():
        page.fill(f"#guidance_{slot}", text)
    page.locator("#sender").select_option(index=1)
    page.fill("#body", "ご案内です")
    untaught = played_by(page, "1")
    save_draft(page)
    teach(page, product, "東雲", "とううん")
    choose(page, "050-3000-0002", "フロー編集")
    played = {slot: played_by(page, slot) for slot in "123456"}
    assert played["1"] != untaught
    publish(page)

    told = call(product, "--from", LANDLINE, "--to", DRAFT, "--digits", MOBILE + "#")
    assert hashes_played(told) == [played[slot] for slot in "1234"]
    told = call(product, "--from", LANDLINE, "--to", DRAFT)
    assert hashes_played(told)[:4] == [played[slot] for slot in "1235"]
    assert hashes_played(told)[-1] == played["6"]


def test_plivos_voice_reads_what_is_published(running_product: Callable[..., Product]) -> None:
    product = running_product(PLIVO_VOICE="Polly.Takumi")
    told = call(product, "--from", MOBILE, "--to", PUBLISHED)
    spoken = [step for step in told["steps"] if step["kind"] == "speak"]
    assert hashes_played(told) == []
    assert "ショートメッセージ" in spoken[0]["text"]
