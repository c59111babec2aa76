"""Texts become what callers hear: once, with the account's readings, by our voice or Plivo's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

import pytest
import time_machine
from sqlalchemy import Engine, select

from app.domain.flow_content import ContentRefused
from app.domain.refusals import Refusal
from app.domain.slots import Slot
from app.models import guidance_audio
from app.models.account import Account
from app.models.database import session
from app.models.guidance_audio import GuidanceAudio
from app.models.tenant_scope import account_scope
from app.services.guidance_rendering import (
    remove_unused_audio,
    render_guidances,
    render_said,
    render_text,
)
from app.services.reading_hints import add_hint, change_hint, delete_hint
from tests.support import factories
from tests.support.parallel import at_once


@dataclass(frozen=True)
class Said:
    wav: bytes
    hash: str
    duration_ms: int = 1000


@dataclass
class Voice:
    """Says everything but "…" at once and remembers it."""

    name: str = "test"
    heard_by_callers: bool = True
    texts: list[str] = field(default_factory=list)

    def render(self, text: str) -> Said:
        if text == "…":
            raise Refusal("speech_silent")
        self.texts.append(text)
        return Said(text.encode(), sha256(text.encode()).hexdigest())


@pytest.fixture
def account(db: Engine) -> Iterator[Account]:
    account = factories.account()
    with account_scope(account.id):
        yield account


@pytest.fixture
def voice() -> Voice:
    return Voice()


def heard(audio_hash: str) -> str:
    wav = guidance_audio.wav_of(audio_hash)
    assert wav is not None
    return wav.decode()


def test_the_readings_of_the_account_are_said(account: Account, voice: Voice) -> None:
    for written, reading in {"東雲": "シノノメ", "東雲町": "シノノメチョウ"}.items():
        factories.reading_hint(account, written, reading)
    factories.reading_hint(factories.account(), "駅", "エキマエ")  # a stranger's
    audio, spoken = render_guidances({Slot.GREETING: "東雲町と東雲の駅"}, voice)
    assert heard(audio["1"]) == "シノノメチョウとシノノメの駅"
    assert spoken == {}


def test_a_new_reading_is_heard_from_the_next_rendering_on(account: Account, voice: Voice) -> None:
    before = render_text("東雲です", voice)
    add_hint(account.id, "東雲", "シノノメ")
    after = render_text("東雲です", voice)
    assert (heard(before), heard(after)) == ("東雲です", "シノノメです")
    render_text("東雲です", voice)
    assert voice.texts == ["東雲です", "シノノメです"]  # each once


def test_plivos_voice_gets_the_texts_with_their_readings(account: Account) -> None:
    factories.reading_hint(account, "東雲", "シノノメ")
    voice = Voice(heard_by_callers=False)
    texts = {Slot.GREETING: "東雲です", Slot.SMS_SENT: "送りました"}
    assert render_guidances(texts, voice) == ({}, {"1": "シノノメです", "4": "送りました"})
    assert heard(render_said("シノノメです", voice)) == "シノノメです"


@pytest.mark.parametrize("heard_by_callers", [True, False])
@pytest.mark.usefixtures("account")
def test_what_cannot_be_heard_is_named(heard_by_callers: bool) -> None:
    voice = Voice(heard_by_callers=heard_by_callers)
    with pytest.raises(ContentRefused) as refused:
        render_guidances({Slot.GREETING: "はい", Slot.ASK_AGAIN: "…"}, voice)
    assert {slot: one.code for slot, one in refused.value.problems.items()} == {
        "5": "speech_silent"
    }


def test_the_same_text_asked_for_at_once_is_stored_once(account: Account) -> None:
    hashes = set()

    def ask() -> None:
        with account_scope(account.id):
            hashes.add(render_text("はい", Voice()))
        session.remove()

    at_once(*[ask] * 8)
    assert len(hashes) == 1
    assert len(session.scalars(select(GuidanceAudio.hash)).all()) == 1


def test_only_one_of_two_same_words_is_added(account: Account) -> None:
    refused = []

    def add() -> None:
        try:
            with account_scope(account.id):
                add_hint(account.id, "東雲", "シノノメ")
        except Refusal as refusal:
            refused.append(refusal.code)
        session.remove()

    at_once(*[add] * 4)
    assert refused == ["written_taken"] * 3


def test_of_two_who_give_a_word_away_at_once_one_is_told(account: Account) -> None:
    own = [factories.reading_hint(account).id for _ in range(4)]

    def rename(hint_id: int) -> None:
        with account_scope(account.id):
            change_hint(hint_id, "東雲", "シノノメ")

    outcome = at_once(*(lambda hint_id=hint_id: rename(hint_id) for hint_id in own))
    assert sorted(str(told) for told in outcome) == ["None", *["written_taken"] * 3]


def test_a_word_deleted_while_another_changes_it_is_gone(account: Account) -> None:
    for _ in range(5):
        hint_id = factories.reading_hint(account).id

        def change(hint_id: int = hint_id) -> None:
            with account_scope(account.id):
                change_hint(hint_id, "東", "アズマ")

        def delete(hint_id: int = hint_id) -> None:
            with account_scope(account.id):
                delete_hint(hint_id)

        changed, *deleted = at_once(change, delete, delete)
        assert str(changed) in {"None", "row_gone"}
        assert sorted(map(str, deleted)) == ["None", "row_gone"]


@pytest.mark.usefixtures("account")
def test_a_strangers_reading_is_not_there() -> None:
    theirs = factories.reading_hint(factories.account())
    for write in (lambda: change_hint(theirs.id, "東", "ア"), lambda: delete_hint(theirs.id)):
        with pytest.raises(Refusal, match="row_gone"):
            write()


def test_what_was_only_tried_out_is_removed_after_a_month(
    account: Account, voice: Voice, frozen: time_machine.Traveller
) -> None:
    published, played, tried = (render_text(text, voice) for text in ("一", "二", "三"))
    factories.published_flow(factories.incoming_number(account), audio={"1": published})
    file = factories.audio_file(account)
    frozen.shift(timedelta(days=20))
    render_text("二", voice)
    frozen.shift(timedelta(days=11))
    remove_unused_audio()
    session.remove()
    assert set(session.scalars(select(GuidanceAudio.hash))) == {published, played, file.audio_hash}
    assert render_text("三", voice) == tried
