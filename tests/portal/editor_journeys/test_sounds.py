"""Audio files, recordings, listening and the reading dictionary, as people go through them."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Locator, expect

from app.domain.flow_content import FlowContent
from app.domain.slots import Slot
from app.models import flow as flow_table
from app.models.database import session
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import account_scope
from app.services import audio_files
from tests.portal.editor_journeys.hands import Hands, payload
from tests.support.wav_files import PCM, chunk, format_chunk, mulaw_wav, wav

pytestmark = [pytest.mark.slow, pytest.mark.any_database]
MUSIC = wav(format_chunk(PCM, 2, 44_100, 16), chunk(b"data", bytes(range(250)) * 4000))


@pytest.fixture(autouse=True)
def worker(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Converts as soon as it is told to, in a thread of its own."""
    threads: list[threading.Thread] = []

    def convert(file_id: uuid.UUID) -> None:
        audio_files.convert_file(file_id)
        session.remove()

    def start(file_id: uuid.UUID) -> None:
        threads.append(threading.Thread(target=convert, args=(file_id,)))
        threads[-1].start()

    monkeypatch.setitem(app.extensions, "todoku_convert_audio", start)
    yield
    for thread in threads:
        thread.join()


def card(hands: Hands, slot: str) -> Locator:
    return hands.page.locator(f"[data-guidance-file='{slot}']")


def panel(hands: Hands, slot: str, state: str) -> Locator:
    return card(hands, slot).locator(f"[data-file-panel][data-state='{state}']")


def make_it_a_file(hands: Hands, slot: str) -> None:
    """The saved kind is asked about first."""
    hands.check(card(hands, slot).get_by_label(hands.say("音声ファイル")))
    hands.press_button("変更する", hands.page.get_by_role("dialog"))


def saved(number: IncomingNumber) -> FlowContent:
    session.remove()
    with account_scope(number.account_id):
        flow = flow_table.live_flow(number.id)
        assert flow is not None
        return flow.draft_content


def listen(hands: Hands, slot: str) -> bytes:
    """Press ▶ of a slot; returns what is played."""
    button = hands.page.locator(f"[data-listens=guidance_{slot}]").first
    with hands.page.expect_response("**/guidances/speech") as answered:
        hands.press(button)
    expect(button).to_have_attribute("data-state", "playing")
    assert answered.value.headers["content-type"] == "audio/wav"
    sound = answered.value.body()
    hands.press(button)
    expect(button).not_to_have_attribute("data-state", "playing")
    return sound


def test_files_and_a_recording_become_guidances(editor: Hands, number: IncomingNumber) -> None:
    make_it_a_file(editor, "4")
    editor.press_button("録音", card(editor, "4"))
    expect(panel(editor, "4", "recording").locator("[data-time]")).to_have_text("0:01")
    editor.press_button("録音を終える")
    editor.press_button("この録音を使う")
    expect(panel(editor, "4", "ready")).to_contain_text(".webm")
    make_it_a_file(editor, "1")
    editor.upload(card(editor, "1").locator("[data-picks]"), payload("right.wav", mulaw_wav()))
    expect(panel(editor, "1", "ready")).to_contain_text("right.wav")
    make_it_a_file(editor, "2")
    editor.upload(card(editor, "2").locator("[data-picks]"), payload("music.wav", MUSIC))
    refused = panel(editor, "2", "refused")
    expect(refused.locator("[data-problems] li")).to_have_count(3)
    for condition in ("44.1", "PCM", "μ-law"):
        expect(refused.locator("[data-problems]")).to_contain_text(condition)
    editor.press_button("変換して使う", card(editor, "2"))
    expect(panel(editor, "2", "ready")).to_contain_text("music.wav")
    editor.press_button("下書き保存")
    expect(editor.page.locator(".notice--success")).to_be_visible()
    files = saved(number).files()
    assert files[Slot.GREETING].name == "right.wav"
    assert files[Slot.ASK_NUMBER].name == "music.wav"
    assert files[Slot.SMS_SENT].name.endswith(".webm")


def test_guidances_are_heard_as_on_the_telephone(editor: Hands) -> None:
    editor.check(editor.page.get_by_label(editor.say("電話の音質")))
    sounds = {listen(editor, slot) for slot in "136"}
    assert len(sounds) == 3
    expect(editor.page.get_by_label(editor.say("電話の音質"))).to_be_checked()


def test_a_word_is_taught_and_heard(editor: Hands) -> None:
    editor.write(editor.page.locator("#guidance_1"), "東雲でございます。")
    untaught = listen(editor, "1")
    editor.press_button("下書き保存")
    editor.press_button("読み方辞書")
    editor.write(editor.page.get_by_label(editor.say("表記")), "東雲")
    editor.write(editor.page.locator("[name=reading]"), "とううん")
    editor.press_button("追加")
    row = editor.page.get_by_role("row").filter(has_text="東雲")
    expect(row).to_contain_text("トウウン")
    with editor.page.expect_response("**/guidances/speech") as answered:
        editor.press(row.locator("[data-listens]"))
    assert answered.value.ok
    editor.page.go_back()
    editor.page.go_back()
    editor.page.reload()
    assert listen(editor, "1") != untaught
