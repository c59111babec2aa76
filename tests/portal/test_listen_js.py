"""▶ in a browser: one plays at a time, ■ stops it, and how a telephone line sounds (SPEC §6)."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from app.models.account import Account
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.any_database]

LONG = "お電話ありがとうございます。こちらは自動受付です。" * 3


@pytest.fixture
def account(db: object) -> Account:
    account = factories.account()
    factories.sender_number(account)
    return account


@pytest.fixture
def editor(page: Page, address: str, account: Account) -> Page:
    """The editor of a saved draft, its ① taking seconds to say."""
    number = factories.incoming_number(account)
    factories.draft_flow(number)
    user = factories.member_of(account)
    page.goto(f"{address}/sign-in")
    page.fill("[name=mail_address]", user.mail_address)
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/numbers/")
    page.goto(f"{address}/numbers/{number.id}/flow/edit")
    page.fill("#guidance_1", LONG)
    return page


def button(page: Page, slot: int) -> Locator:
    return page.locator(f"[data-listens=guidance_{slot}]").first


def expect_playing(page: Page, *slots: int) -> None:
    """These are ■, all others ▶."""
    for slot in slots:
        expect(button(page, slot)).to_have_attribute("data-state", "playing")
    expect(page.locator("[data-listens][data-state=playing]")).to_have_count(len(slots))


def status(page: Page) -> Locator:
    return page.locator("[data-listening-status]")


def test_the_text_as_it_stands_is_played_and_stopped(editor: Page) -> None:
    names = button(editor, 1).get_attribute("title")
    with editor.expect_request("**/guidances/speech") as asked:
        button(editor, 1).click()
    assert asked.value.post_data == urlencode({"text": LONG})
    expect_playing(editor, 1)
    expect(button(editor, 1)).not_to_have_attribute("title", names or "")
    button(editor, 1).click()
    expect_playing(editor)
    expect(button(editor, 1)).to_have_attribute("title", names or "")


def test_one_plays_at_a_time_and_ends_by_itself(editor: Page) -> None:
    button(editor, 1).click()
    expect_playing(editor, 1)
    editor.fill("#guidance_2", "こんにちは。")
    button(editor, 2).click()
    expect_playing(editor, 2)
    expect(status(editor)).to_contain_text("②")
    expect_playing(editor)


def test_the_keyboard_starts_and_escape_stops(editor: Page) -> None:
    button(editor, 1).focus()
    editor.keyboard.press("Enter")
    expect_playing(editor, 1)
    editor.keyboard.press("Escape")
    expect_playing(editor)
    expect(button(editor, 1)).to_be_focused()


def test_a_text_is_fetched_once(editor: Page) -> None:
    asked: list[str] = []
    editor.on("request", lambda request: asked.append(request.url))
    for _ in range(2):
        button(editor, 1).click()
        expect_playing(editor, 1)
        button(editor, 1).click()
    assert len([url for url in asked if url.endswith("/guidances/speech")]) == 1


def test_what_cannot_be_played_is_told_and_may_be_tried_again(editor: Page) -> None:
    toast = editor.locator(".toast")
    editor.fill("#guidance_1", "")
    button(editor, 1).click()
    expect(toast).to_be_visible()
    nothing_to_say = toast.inner_text()
    editor.fill("#guidance_1", LONG)
    editor.route("**/guidances/speech", lambda route: route.abort())
    button(editor, 1).click()
    expect(toast).not_to_have_text(nothing_to_say)
    expect_playing(editor)
    editor.unroute("**/guidances/speech")
    button(editor, 1).click()
    expect_playing(editor, 1)


def test_the_sound_of_the_telephone_is_remembered(editor: Page) -> None:
    switch = editor.locator("[data-as-on-the-telephone]")
    expect(switch).not_to_be_checked()
    button(editor, 1).click()
    expect_playing(editor, 1)
    switch.check()
    expect_playing(editor, 1)
    editor.reload()
    expect(switch).to_be_checked()


def in_page(page: Page, body: str, *arguments: Any) -> Any:
    """What the body returns, in which `audio` is the module telephone_audio.js."""
    module = page.locator("[data-telephone-sound] script").get_attribute("src")
    assert module is not None
    module = module.replace("listen.js", "telephone_audio.js")
    return page.evaluate(
        "async ([module, given]) => { const audio = await import(module); " + body + " }",
        [module, list(arguments)],
    )


LEVELS = """
  const levels = [];
  for (const hertz of given[0]) {
    const context = new OfflineAudioContext(1, 24000, 48000);
    const tone = new OscillatorNode(context, { frequency: hertz });
    const quiet = new GainNode(context, { gain: 0.5 });
    const line = audio.telephoneLine(context);
    tone.connect(quiet).connect(line.input);
    line.output.connect(context.destination);
    tone.start();
    const heard = (await context.startRendering()).getChannelData(0).slice(12000);
    levels.push(Math.sqrt(heard.reduce((sum, value) => sum + value * value, 0) / heard.length));
  }
  return levels;
"""


def test_a_telephone_line_carries_300_to_3400_hz(editor: Page) -> None:
    tones = [50, 150, 300, 1000, 3400, 7000]
    levels = in_page(editor, LEVELS, tones)
    decibels = dict(
        zip(tones, [20 * math.log10(level / (0.5 / math.sqrt(2))) for level in levels], strict=True)
    )
    assert abs(decibels[1000]) < 0.5
    assert -5 < decibels[300] < -2
    assert -8 < decibels[3400] < -2
    for outside in (50, 150, 7000):
        assert decibels[outside] < -20, decibels


def as_g711_decodes(code: int) -> int:
    """A μ-law byte as a 14-bit value: ITU-T G.711, table 2a."""
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) * 2 + 33) << ((code >> 4) & 7)) - 33
    return -magnitude if code & 0x80 else magnitude


def test_its_steps_are_those_of_g711(editor: Page) -> None:
    steps = {as_g711_decodes(code) for code in range(256)}
    values = range(-8031, 8032, 7)
    heard = in_page(editor, "return given[0].map(audio.muLaw);", [one / 8192 for one in values])
    for value, step in zip(values, [round(one * 8192) for one in heard], strict=True):
        assert step in steps
        between = range(min(value, step) + 1, max(value, step))
        assert not steps & set(between), value
