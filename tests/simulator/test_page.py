"""The page with the telephone, used as a person would, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

NARROW = {"width": 390, "height": 844}


@pytest.fixture
def phone(page, simulator):
    """The page, opened; nothing may violate its content security policy."""
    complaints = []
    page.on("console", lambda said: complaints.append(said.text))
    page.goto(simulator.url)
    yield page
    assert not [text for text in complaints if "Content Security Policy" in text]


@pytest.fixture
def asks_for_a_number(peer, plivo_client, tone):
    """A flow that asks, and sends an SMS with a short link to the number keyed in."""
    asks = peer.audio("/ask.wav", tone(seconds=0.3))
    thanks = peer.audio("/thanks.wav", tone(seconds=0.2))
    peer.xml(
        "/ivr/answer",
        f'<Response><GetDigits action="{peer.url}/ivr/digits" timeout="10"><Play>{asks}</Play>'
        '<Speak language="ja-JP" voice="Polly.Mizuki">番号を</Speak></GetDigits></Response>',
    )
    peer.xml("/ivr/digits", f"<Response><Play>{thanks}</Play><Hangup/></Response>")
    client, answered = plivo_client(), peer.answers["/ivr/digits"]

    def send(params):
        client.messages.create(
            src="81312345678",
            dst="81" + params["Digits"].removeprefix("0"),
            text="資料はこちら https://qms.jp/a1B2c3D4 です <b>",
        )
        return answered(params)

    peer.answers["/ivr/digits"] = send


def test_a_withheld_call_with_keys_from_keyboard_and_pad(phone, peer, asks_for_a_number):
    phone.get_by_label("非通知でかける").check()
    phone.get_by_role("button", name="050-3000-0001").click()
    phone.get_by_role("button", name="発信").click()
    log = phone.get_by_role("log")
    expect(log.get_by_text("入力待ち")).to_be_visible(timeout=10_000)

    phone.keyboard.type("0801234")
    for key in "5678#":
        phone.locator(f".keypad button[value='{key}']").click()

    expect(log.get_by_text("✓ OK")).to_be_visible(timeout=10_000)
    expect(log).to_contain_text("非通知 → 050-3000-0001")
    expect(log).to_contain_text("番号を")
    expect(log).to_contain_text("08012345678（終了キーで確定）")
    assert peer.to("/ivr/answer")[0]["From"] == "anonymous"
    handset = phone.locator(".handset")
    expect(handset).to_contain_text("080-1234-5678")
    expect(handset).to_contain_text("です <b>")
    link = handset.get_by_role("link", name="https://qms.jp/a1B2c3D4")
    expect(link).to_have_attribute("href", f"{peer.origin}/a1B2c3D4")


def test_hanging_up_with_escape(phone, peer, asks_for_a_number):
    phone.get_by_label("電話をかける先").press("Enter")
    expect(phone.get_by_role("log").get_by_text("応答", exact=True)).to_be_visible(timeout=10_000)

    phone.keyboard.press("Escape")

    expect(phone.get_by_role("log")).to_contain_text("発信者が切断")
    expect(phone.get_by_role("button", name="発信")).to_be_enabled()


def test_a_wrong_number_is_told_beside_the_form(phone):
    phone.get_by_label("電話をかける先").fill("12")
    phone.get_by_role("button", name="発信").click()

    expect(phone.get_by_role("alert")).to_contain_text("電話番号を確認してください")
    expect(phone.get_by_role("button", name="発信")).to_be_enabled()


def test_keys_dial_while_there_is_no_call(phone):
    phone.get_by_label("電話をかける先").fill("")

    for key in "050":
        phone.locator(f".keypad button[value='{key}']").click()

    expect(phone.get_by_label("電話をかける先")).to_have_value("050")


def test_magic_recipients_fill_in_the_caller(phone):
    phone.get_by_text("配信結果を選べる番号").click()
    expect(phone.get_by_role("row", name=re.compile("090-9999-0011"))).to_contain_text("不達")

    phone.get_by_role("button", name="090-9999-0011").click()

    expect(phone.get_by_label("発信者番号")).to_have_value("09099990011")


def test_a_phone_sized_window_does_not_scroll_sideways(phone):
    phone.set_viewport_size(NARROW)
    for summary in phone.locator(".handsets > details > summary").all():
        summary.click()

    assert phone.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
