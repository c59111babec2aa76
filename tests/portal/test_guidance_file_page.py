"""「ガイダンス種別」 in a browser: uploading, converting, recording, changing the kind."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from app.domain.slots import Slot
from app.models import flow as flow_table
from app.models import guidance_audio
from app.models.account import Account
from app.models.database import session
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import account_scope
from app.services import audio_files
from tests.support import factories
from tests.support.plugin_browser import ARGUMENTS, DESKTOP, PATIENCE_MS, chromium_path
from tests.support.wav_files import PCM, chunk, format_chunk, mulaw_wav, wav

pytestmark = [pytest.mark.slow, pytest.mark.any_database]
MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
MUSIC = wav(format_chunk(PCM, 2, 44_100, 16), chunk(b"data", bytes(range(250)) * 4000))


@pytest.fixture
def account(db: object) -> Account:
    account = factories.account()
    factories.sender_number(account)
    return account


@pytest.fixture
def number(account: Account) -> IncomingNumber:
    number = factories.incoming_number(account)
    factories.draft_flow(number)
    return number


@pytest.fixture
def worker(app: Flask) -> Iterator[None]:
    """Converts as soon as it is told to, in a thread of its own."""
    before = app.extensions["todoku_convert_audio"]
    threads: list[threading.Thread] = []

    def convert(file_id: uuid.UUID) -> None:
        audio_files.convert_file(file_id)
        session.remove()

    def start(file_id: uuid.UUID) -> None:
        threads.append(threading.Thread(target=convert, args=(file_id,)))
        threads[-1].start()

    app.extensions["todoku_convert_audio"] = start
    yield
    for thread in threads:
        thread.join()
    app.extensions["todoku_convert_audio"] = before


@pytest.fixture
def with_microphone(browser: Browser) -> Iterator[Page]:
    """A page of a browser whose microphone hears beeps."""
    other = browser.browser_type.launch(
        executable_path=chromium_path(), args=[*ARGUMENTS, *MICROPHONE]
    )
    context = other.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport=DESKTOP)
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    other.close()
    assert not errors, f"uncaught in the page: {errors}"


@pytest.fixture
def open_editor(
    address: str, account: Account, number: IncomingNumber, worker: None
) -> Callable[[Page], None]:
    user = factories.member_of(account)

    def open_it(page: Page) -> None:
        page.goto(f"{address}/sign-in")
        if page.locator("[name=password]").is_visible():
            page.fill("[name=mail_address]", user.mail_address)
            page.fill("[name=password]", factories.PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_url("**/numbers/")
        page.goto(f"{address}/numbers/{number.id}/flow/edit")

    return open_it


def card(page: Page, slot: str = "1") -> Locator:
    return page.locator(f'[data-guidance-file="{slot}"]')


def panel(page: Page, slot: str, state: str) -> Locator:
    return card(page, slot).locator(f'[data-file-panel][data-state="{state}"]')


def choose_file_kind(page: Page, slot: str = "1") -> None:
    card(page, slot).locator("[type=radio][value=file]").click()
    page.click(f"#kind-{slot} [data-changes-kind]")


def pick(page: Page, name: str, content: bytes, slot: str = "1") -> None:
    card(page, slot).locator("[data-picks]").set_input_files(
        {"name": name, "mimeType": "audio/wav", "buffer": content}
    )


def save(page: Page) -> None:
    with page.expect_navigation():
        page.click(".save-bar button[type=submit]")


def saved_file(number: IncomingNumber, slot: Slot = Slot.GREETING) -> tuple[str, bytes]:
    """The name of the draft's file, and what callers hear of it."""
    with account_scope(number.account_id):
        session.remove()
        flow = flow_table.live_flow(number.id)
        assert flow is not None
        file = flow.draft_content.files()[slot]
        heard = guidance_audio.wav_of(file.audio_hash)
        session.remove()
    assert heard is not None
    return file.name, heard


def test_a_wrong_file_is_refused_converted_and_saved(
    page: Page, open_editor: Callable[[Page], None], number: IncomingNumber
) -> None:
    open_editor(page)
    choose_file_kind(page)
    expect(page.locator("#guidance_1")).to_be_hidden()
    pick(page, "店内.wav", MUSIC)
    refused = panel(page, "1", "refused")
    expect(refused.locator("[data-refused-name]")).to_have_text("店内.wav")
    expect(refused.locator("[data-problems] li")).to_have_count(3)
    expect(refused.locator("[data-problems]")).to_contain_text("44.1")
    set_or_not = page.locator("[data-state-of='1']").first
    expect(set_or_not.locator("[data-state=unset]")).to_be_visible()
    save(page)  # as it is, it is not saved
    expect(page.locator("#guidance_1_file-error")).to_contain_text("44.1")
    card(page).locator("[data-converts]").click()
    expect(panel(page, "1", "ready")).to_contain_text("店内.wav")
    expect(panel(page, "1", "ready").locator("[data-file-length]")).to_have_text("0:05")
    expect(set_or_not.locator("[data-state=set]")).to_be_visible()
    save(page)
    expect(panel(page, "1", "ready")).to_contain_text("店内.wav")
    name, heard = saved_file(number)
    assert name == "店内.wav"
    assert abs(len(heard) - 44 - 16_000 * len(MUSIC) / 176_400) < 200


def test_a_recording_is_made_heard_and_used(
    with_microphone: Page, open_editor: Callable[[Page], None], number: IncomingNumber
) -> None:
    page = with_microphone
    open_editor(page)
    choose_file_kind(page, "4")
    card(page, "4").locator("[data-in=empty] [data-records]").click()
    expect(panel(page, "4", "recording").locator("[data-time]")).to_have_text("0:02")
    assert page.evaluate(
        """() => new Promise((heard) => {
            const meter = document.querySelector('[data-guidance-file="4"] [data-level]');
            const looking = setInterval(() => {
                if (meter.value > 0.05) { clearInterval(looking); heard(true); }
            }, 20);
        })"""
    )
    card(page, "4").locator("[data-stops-recording]").click()
    player = panel(page, "4", "recorded").locator("audio")
    assert player.evaluate("audio => audio.src.startsWith('blob:')")
    card(page, "4").locator("[data-uses-recording]").click()
    expect(panel(page, "4", "ready")).to_be_visible()
    second_place = page.locator("[data-mirrors=guidance_4]")
    expect(second_place).to_contain_text(".webm")
    save(page)
    expect(second_place).to_contain_text(".webm")
    name, heard = saved_file(number, Slot.SMS_SENT)
    assert name.startswith(("録音", "Recording"))
    assert 2 * 16_000 < len(heard) < 20 * 16_000


def test_without_a_microphone_it_says_so(page: Page, open_editor: Callable[[Page], None]) -> None:
    open_editor(page)
    choose_file_kind(page)
    card(page).locator("[data-in=empty] [data-records]").click()
    expect(panel(page, "1", "refused").locator("[data-problems] li")).to_have_count(1)
    expect(card(page).locator("[data-converts]")).to_be_hidden()
    card(page).locator("[data-in=refused] [data-removes-file]").click()
    expect(panel(page, "1", "empty")).to_be_visible()
    expect(card(page).locator("[data-picks]")).to_be_focused()


def test_a_saved_kind_is_changed_after_a_question_only(
    page: Page, open_editor: Callable[[Page], None]
) -> None:
    open_editor(page)
    before = page.input_value("#guidance_1")
    card(page).locator("[type=radio][value=file]").click()
    page.click("#kind-1 .dialog__foot [data-closes-dialog]")
    expect(card(page).locator("[type=radio][value=text]")).to_be_checked()
    expect(page.locator("#guidance_1")).to_be_visible()
    expect(page.locator("[data-file-panel]").first).to_be_hidden()
    choose_file_kind(page)
    pick(page, "right.wav", mulaw_wav())
    expect(panel(page, "1", "ready")).to_be_visible()
    card(page).locator("[type=radio][value=text]").click()  # not saved yet: no question
    expect(page.locator("#guidance_1")).to_have_value(before)
    expect(page.locator("[name=guidance_1_file]")).to_have_value("")
    choose_file_kind(page)
    expect(panel(page, "1", "ready")).to_contain_text("right.wav")  # still there to come back to
    card(page).locator("[data-in=ready] [data-removes-file]").click()
    expect(panel(page, "1", "empty")).to_be_visible()


def test_a_file_can_be_dropped(page: Page, open_editor: Callable[[Page], None]) -> None:
    open_editor(page)
    choose_file_kind(page)
    data = page.evaluate_handle(
        """(bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "dropped.wav"));
            return data;
        }""",
        list(mulaw_wav()),
    )
    card(page).locator("[data-drops]").dispatch_event("drop", {"dataTransfer": data})
    expect(panel(page, "1", "ready")).to_contain_text("dropped.wav")
