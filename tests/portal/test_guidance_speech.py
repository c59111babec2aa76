"""▶: texts read aloud as callers would hear them (SPEC §6)."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.domain.roles import Role
from app.models import guidance_audio
from app.models.account import Account
from app.models.database import session
from app.models.guidance_audio import GuidanceAudio
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import account_scope
from app.services import publications
from app.services.reading_hints import add_hint
from tests.portal.conftest import Visitor
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]
TEXT = "お電話ありがとうございます。"


@pytest.fixture
def account(db: object) -> Account:
    account = factories.account("本店")
    factories.sender_number(account)
    return account


@pytest.fixture
def number(account: Account) -> IncomingNumber:
    return factories.incoming_number(account)


@pytest.fixture
def someone(visitor: NewVisitor, account: Account) -> Visitor:
    return visitor().sign_in(factories.member_of(account, Role.MEMBER))


def say(someone: Visitor, text: str) -> TestResponse:
    someone.get("/numbers/")
    return someone.post("/guidances/speech", text=text)


def test_it_is_a_wav_for_the_telephone(someone: Visitor) -> None:
    answer = say(someone, TEXT)
    assert (answer.status_code, answer.mimetype) == (200, "audio/wav")
    with wave.open(io.BytesIO(answer.data)) as sound:
        assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (8000, 2, 1)
        assert sound.getnframes() > 8000


def test_a_text_is_rendered_once_however_it_is_sent(someone: Visitor) -> None:
    first = say(someone, f"{TEXT}\r\n番号をどうぞ。")
    assert say(someone, f"{TEXT}\n番号をどうぞ。").data == first.data
    assert session.scalar(select(func.count(GuidanceAudio.hash))) == 1


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("  \n", "guidance_empty", "There is no text to read aloud yet."),
        ("あ" * 101, "guidance_too_long", "Shorten the text to 100 characters: it has 101."),
        ("😀 ー", "speech_silent", "There is nothing in this text that can be read aloud."),
    ],
)
def test_what_cannot_be_heard_is_told(
    someone: Visitor, text: str, error: str, message: str
) -> None:
    answer = say(someone, text)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"] == error
    assert message in answer.json["message"]


def test_what_is_played_before_is_what_callers_hear_after_publishing(
    app: Flask, someone: Visitor, account: Account, number: IncomingNumber
) -> None:
    with account_scope(account.id):
        add_hint(account.id, "電話", "テレフォン")
    played = say(someone, factories.CONTENT.guidances["1"].text).data  # type: ignore[index]
    author = factories.member_of(account)
    factories.draft_flow(number)
    with account_scope(account.id):
        publications.publish_flow(
            number.id, revision=1, user_id=author.id, speech=app.extensions["todoku_speech"]
        )
        session.remove()
    answer = someone.get(f"/numbers/{number.id}/flow/versions/1/guidances/1.wav")
    assert (answer.status_code, answer.data) == (200, played)


def test_floods_are_held_back(app: Flask, someone: Visitor) -> None:
    app.config.update(RATELIMIT_ENABLED=True, LIMIT_SPEECH_PER_USER="2 per minute")
    assert [say(someone, TEXT).status_code for _ in range(3)] == [200, 200, 429]


def version_audio(number: IncomingNumber, version: int = 1, slot: str = "1") -> str:
    return f"/numbers/{number.id}/flow/versions/{version}/guidances/{slot}.wav"


@pytest.fixture
def published(number: IncomingNumber) -> bytes:
    """A flow is published whose ① sounds like this."""
    wav = b"RIFF of the first"
    guidance_audio.add_if_new("1" * 64, "source", wav, 1000)
    session.commit()
    factories.published_flow(number)
    return wav


def test_a_published_guidance_can_be_heard_and_kept_by_the_browser(
    someone: Visitor, number: IncomingNumber, published: bytes
) -> None:
    answer = someone.get(version_audio(number))
    assert (answer.data, answer.mimetype) == (published, "audio/wav")
    again = someone.get(version_audio(number), If_None_Match=answer.headers["ETag"])
    assert again.status_code == 304
    part = someone.get(version_audio(number), Range="bytes=5-6")
    assert (part.status_code, part.data) == (206, b"of")


@pytest.mark.parametrize(("version", "slot"), [(2, "1"), (1, "2"), (1, "7"), (1, "sms")])
@pytest.mark.usefixtures("published")
def test_what_nobody_hears_is_not_found(
    someone: Visitor, number: IncomingNumber, version: int, slot: str
) -> None:
    assert someone.get(version_audio(number, version, slot)).status_code == 404


@pytest.mark.usefixtures("published")
def test_a_stranger_hears_nothing(visitor: NewVisitor, number: IncomingNumber) -> None:
    stranger = visitor().sign_in(factories.member_of(factories.account()))
    assert stranger.get(version_audio(number)).status_code == 404
