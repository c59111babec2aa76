"""The telephone of 「テスト発信」 in a browser: keys, time-outs, the handset, saved calls."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.domain.flow_content import FlowContent, SmsTemplate
from app.domain.trial_calls import Caller, TrialScript
from app.models.account import Account
from app.models.call import Call
from app.models.database import session, transaction
from app.models.flow import Flow
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.tenant_scope import all_companies
from app.models.trial_call import TrialCall
from app.portal import trial_words
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.any_database]
OpenPage = Callable[[], None]


@dataclass(frozen=True)
class Silence:
    """Sound of a known length."""

    wav: bytes
    hash: str
    duration_ms: int


@dataclass
class Voice:
    """Whatever it reads takes `duration_ms`."""

    duration_ms: int = 200
    heard_by_callers = True

    @property
    def name(self) -> str:
        return f"silence {self.duration_ms}"

    def render(self, text: str) -> Silence:
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(bytes(2 * 8 * self.duration_ms) + text.encode().ljust(400))
        wav = file.getvalue()
        return Silence(wav, sha256(wav).hexdigest(), self.duration_ms)


@pytest.fixture
def voice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Voice:
    voice = Voice()
    monkeypatch.setitem(app.extensions, "todoku_speech", voice)
    return voice


@pytest.fixture
def account(db: object) -> Account:
    account = factories.account()
    factories.sender_number(account)
    return account


@pytest.fixture
def number(account: Account) -> IncomingNumber:
    return factories.incoming_number(account)


@pytest.fixture
def flow(number: IncomingNumber) -> Flow:
    return factories.draft_flow(number)


@pytest.fixture
def open_page(
    page: Page, address: str, account: Account, number: IncomingNumber, flow: Flow, voice: Voice
) -> OpenPage:
    user = factories.member_of(account)

    def open_it() -> None:
        page.goto(f"{address}/sign-in")
        page.fill("[name=mail_address]", user.mail_address)
        page.fill("[name=password]", factories.PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url("**/numbers/")
        page.goto(f"{address}/numbers/{number.id}/flow/trial/")

    return open_it


def place_call(page: Page, caller: str) -> None:
    page.check(f"[name=caller][value={caller}]")
    page.click("[data-calls]")


def wait_for_prompt(page: Page) -> None:
    expect(page.locator("[data-time]")).to_be_visible()


def steps(page: Page) -> list[str]:
    """The marks of what was heard, and what was keyed in."""
    shown = [text.split("\n")[0] for text in page.locator(".heard").all_inner_texts()]
    return [text for text in shown if text]


def test_a_landline_keys_in_a_number_and_the_sms_arrives(page: Page, open_page: OpenPage) -> None:
    open_page()
    place_call(page, "landline")
    wait_for_prompt(page)  # ①②③ were heard to their end
    assert steps(page) == ["①", "②", "③"]
    for key in "08012345678#":
        page.click(f"[data-key='{key}']")
    expect(page.locator("[data-sms-text]")).to_have_text(
        "Thank you for calling. See  https://qms.jp/XXXXXXXX "
    )
    expect(page.locator("[data-sms-sender]")).to_have_text("03-1234-5678")
    expect(page.locator("[data-sms-to]")).to_have_text("080-1234-5678")
    expect(page.locator("[data-sms-urls] li")).to_have_text("https://www.example.jp/a")
    expect(page.locator(".heard--end")).to_be_visible()
    assert steps(page)[:5] == ["①", "②", "③", "08012345678", "④"]
    with page.expect_navigation():
        page.click("[data-save] button")
    expect(page.locator(".trial-row")).to_have_count(1)
    with all_companies("test"):
        assert session.scalar(select(func.count(Call.id))) == 0
        assert session.scalar(select(func.count(Message.id))) == 0
        stored = session.scalars(select(TrialCall)).one()
    assert stored.script == {"caller": "landline", "keyed": ["08012345678"]}


def test_by_keyboard_on_a_narrow_screen(page: Page, open_page: OpenPage) -> None:
    open_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.focus("[name=caller]:checked")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for_prompt(page)
    page.keyboard.type("0312345678#")
    expect(page.locator(".heard--keyed")).to_have_text("0312345678")
    wait_for_prompt(page)
    page.keyboard.type("090-1111-2222#")  # hyphens are no keys
    expect(page.locator("[data-sms-to]")).to_have_text("090-1111-2222")
    expect(page.locator("[data-calls]")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_nothing_keyed_in_time_three_times_ends_without_an_sms(
    page: Page, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_words, "DIGITS_TIMEOUT_S", 0.3)
    open_page()
    place_call(page, "withheld")
    expect(page.locator(".heard--end")).to_be_visible()
    assert [step for step in steps(page) if step in "①②③④⑤⑥"] == list("①②③⑤⑤⑥")
    expect(page.locator(".heard--keyed")).to_have_count(3)
    expect(page.locator("[data-sms-text]")).to_be_hidden()


def test_a_pause_ends_the_number(
    page: Page, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_words, "PAUSE_BETWEEN_DIGITS_S", 0.4)
    open_page()
    place_call(page, "landline")
    wait_for_prompt(page)
    expect(page.locator("[data-time-text]")).to_contain_text(re.compile("10|9"))
    page.keyboard.type("08012345678")
    expect(page.locator("[data-sms-to]")).to_have_text("080-1234-5678")


def test_keys_count_from_the_prompt_on_and_cut_it_short(
    page: Page, open_page: OpenPage, voice: Voice
) -> None:
    voice.duration_ms = 60_000
    open_page()
    place_call(page, "landline")
    expect(page.locator(".heard[aria-current]")).to_contain_text("①")
    page.keyboard.type("1234#")  # nobody listens yet
    page.click("[data-skips]")
    expect(page.locator(".heard[aria-current]")).to_contain_text("②")
    page.keyboard.type("08012345678#")
    expect(page.locator(".heard[aria-current]")).to_contain_text("④")
    assert steps(page) == ["①", "②", "08012345678", "④"]
    expect(page.locator("[data-sms-text]")).to_be_visible()  # from the beginning of ④ on
    page.click("[data-hangs-up]")
    expect(page.locator("[data-save]")).to_be_visible()


def test_who_hangs_up_before_4_gets_nothing(page: Page, open_page: OpenPage) -> None:
    open_page()
    place_call(page, "landline")
    page.click("[data-hangs-up]")
    expect(page.locator(".heard--end")).to_be_visible()
    expect(page.locator("[data-sms-text]")).to_be_hidden()
    expect(page.locator("[data-save]")).to_be_hidden()
    expect(page.locator("[data-key='1']")).to_be_disabled()


def test_a_saved_call_is_played_again_and_taken_as_right(
    page: Page, open_page: OpenPage, flow: Flow
) -> None:
    factories.trial_call(flow, "三回目で", TrialScript(Caller.LANDLINE, ("", "1", "08012345678")))
    with all_companies("test"), transaction():
        stored = session.get_one(Flow, flow.id)
        content = FlowContent(factories.CONTENT.guidances, SmsTemplate(factories.SENDER, "新しい"))
        stored.draft = content.to_json()
    open_page()
    expect(page.locator(".trial-row--differs .change")).to_have_count(2)
    page.click("[data-plays]")
    expect(page.locator("[data-sms-text]")).to_have_text("新しい")
    expect(page.locator(".heard--keyed")).to_have_count(3)
    page.click(".trial-row--differs > [data-opens-dialog=accept-dialog]")
    with page.expect_navigation():
        page.click("#accept-dialog button[type=submit]")
    expect(page.locator(".trial-row")).to_have_count(1)
    expect(page.locator(".trial-row--differs")).to_have_count(0)


def test_a_draft_saved_meanwhile_is_told(page: Page, open_page: OpenPage, flow: Flow) -> None:
    open_page()
    with all_companies("test"), transaction():
        session.get_one(Flow, flow.id).draft_revision += 1
    place_call(page, "mobile")
    expect(page.locator("[data-trial-problem]")).to_be_visible()
    expect(page.locator("[data-calls]")).to_be_enabled()


def test_the_editor_saves_first_what_is_to_be_played(
    page: Page, address: str, number: IncomingNumber, open_page: OpenPage
) -> None:
    open_page()
    page.goto(f"{address}/numbers/{number.id}/flow/edit")
    page.fill("#guidance_4", "送りました。")
    page.click("[data-opens-trial]")
    expect(page.locator("#trial-dialog")).to_be_visible()
    page.click("#trial-dialog button[type=submit]")
    page.wait_for_url("**/flow/trial/")
    place_call(page, "mobile")
    expect(page.locator(".heard .spoken")).to_have_text("送りました。")
    page.goto(f"{address}/numbers/{number.id}/flow/edit")
    page.click("[data-opens-trial]")  # nothing unsaved, nothing asked
    page.wait_for_url("**/flow/trial/")
