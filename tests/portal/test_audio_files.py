"""Audio files as guidances: what the server answers, and what the form makes of them (SPEC §6)."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.domain.guidance_audio import MAX_BYTES
from app.domain.roles import Role
from app.domain.slots import Slot
from app.models import audio_file
from app.models import flow as flow_table
from app.models.account import Account
from app.models.audio_file import AudioFile, AudioState
from app.models.database import session, transaction
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import account_scope, all_companies
from app.services import audio_files
from tests.portal.conftest import Visitor, words
from tests.support import factories
from tests.support.wav_files import PCM, chunk, format_chunk, mulaw_wav, wav

pytestmark = pytest.mark.slow

NewVisitor = Callable[[], Visitor]
MUSIC = wav(format_chunk(PCM, 2, 44_100, 16), chunk(b"data", bytes(range(200)) * 500))


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
def someone(visitor: NewVisitor, account: Account) -> Visitor:
    someone = visitor().sign_in(factories.member_of(account, Role.MEMBER))
    someone.get("/numbers/")
    return someone


@pytest.fixture(autouse=True)
def told(app: Flask) -> Iterator[list[uuid.UUID]]:
    """The files that the worker was told to convert."""
    ids: list[uuid.UUID] = []
    before = app.extensions["todoku_convert_audio"]
    app.extensions["todoku_convert_audio"] = ids.append
    yield ids
    app.extensions["todoku_convert_audio"] = before


def send(someone: Visitor, content: bytes, name: str = "声.wav", **more: str) -> TestResponse:
    headers = {"X-CSRFToken": someone._token, "X-File-Name": quote(name), **more}
    return someone.client.post(
        "/audio-files/",
        data=content,
        headers={"Accept": "application/json", **headers},
        content_type="application/octet-stream",
    )


def convert(someone: Visitor, file_id: str) -> TestResponse:
    return someone.client.post(
        f"/audio-files/{file_id}/conversion", headers={"X-CSRFToken": someone._token}
    )


def save(someone: Visitor, number: IncomingNumber, revision: int = 1, **typed: Any) -> TestResponse:
    sms = factories.SMS
    fields = {
        **{f"guidance_{slot}": "はい。" for slot in "1245"},
        "sender": sms.sender,
        "body": sms.body,
        "short_urls": list(sms.short_urls),
        **typed,
    }
    someone.get(f"/numbers/{number.id}/flow/edit")
    return someone.post(f"/numbers/{number.id}/flow/edit", follow=True, revision=revision, **fields)


def draft_of(number: IncomingNumber) -> Any:
    with account_scope(number.account_id):
        session.remove()
        flow = flow_table.live_flow(number.id)
        assert flow is not None
        return flow.draft_content


def test_a_right_file_is_ready_and_can_be_heard(someone: Visitor) -> None:
    answer = send(someone, mulaw_wav(12_000), "C:\\声\\挨拶 1.wav")
    assert answer.status_code == 201
    said = answer.get_json()
    assert (said["name"], said["state"], said["duration_ms"]) == ("挨拶 1.wav", "ready", 1500)
    assert said["problems"] == []
    heard = someone.get(said["audio_url"])
    assert heard.mimetype == "audio/wav"
    assert len(heard.data) == 44 + 24_000
    part = someone.get(said["audio_url"], Range="bytes=0-3")
    assert (part.status_code, part.data) == (206, b"RIFF")


def test_any_other_file_says_what_is_wrong_and_is_converted_on_demand(
    someone: Visitor, told: list[uuid.UUID]
) -> None:
    said = send(someone, MUSIC).get_json()
    assert (said["state"], said["audio_url"]) == ("stored", None)
    assert said["problems"] == [
        "Sampling rate: it must be 8 kHz, and is 44.1 kHz.",
        "Encoding: it must be μ-law, and is PCM 16 bit.",
        "Channels: it must be mono (1), and has 2.",
    ]
    assert someone.get(f"/audio-files/{said['id']}/telephone.wav").status_code == 404
    answer = convert(someone, said["id"])
    assert (answer.status_code, answer.get_json()["state"]) == (202, "converting")
    assert [str(file_id) for file_id in told] == [said["id"]]
    audio_files.convert_file(told[0])
    session.remove()
    done = someone.get(f"/audio-files/{said['id']}", X_Background="1").get_json()
    assert (done["state"], done["progress"]) == ("ready", 100)
    assert someone.get(done["audio_url"]).status_code == 200


def test_a_form_with_a_file_is_taken_too(someone: Visitor) -> None:
    answer = someone.post("/audio-files/", file=(io.BytesIO(mulaw_wav()), "a.wav"))
    assert answer.get_json()["name"] == "a.wav"


def test_what_is_too_large_is_refused_before_it_is_read(someone: Visitor) -> None:
    class Unread(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise AssertionError("nothing of it is read")

    answer = someone.client.post(
        "/audio-files/",
        environ_overrides={"wsgi.input": Unread(), "CONTENT_LENGTH": str(4 * 1024**3)},
        content_type="application/octet-stream",
        headers={"X-CSRFToken": someone._token, "Accept": "application/json"},
    )
    assert answer.status_code == 413
    assert "too large" in answer.get_json()["message"]


def test_what_is_too_large_without_saying_so_is_refused_while_it_comes(someone: Visitor) -> None:
    answer = someone.client.post(
        "/audio-files/",
        input_stream=io.BytesIO(bytes(MAX_BYTES + 10_000_000)),
        environ_overrides={"wsgi.input_terminated": True},
        content_type="application/octet-stream",
        headers={"X-CSRFToken": someone._token, "Accept": "application/json"},
    )
    assert answer.status_code == 413
    with all_companies("test"):
        assert session.query(AudioFile).count() == 0


def test_other_pages_take_no_more_than_before(someone: Visitor, number: IncomingNumber) -> None:
    assert save(someone, number, guidance_1="x" * 1_100_000).status_code == 413


def test_an_empty_file_is_refused(someone: Visitor) -> None:
    answer = send(someone, b"")
    assert answer.status_code == 422
    assert answer.get_json()["message"] == "There is no sound in this file."


@pytest.mark.parametrize("name", ["", "/", "\x00\x1b", "%ff%00"])
def test_a_file_without_a_readable_name_gets_one(someone: Visitor, name: str) -> None:
    assert send(someone, mulaw_wav(), name).get_json()["name"]


def test_a_token_is_asked_for(someone: Visitor) -> None:
    answer = send(someone, mulaw_wav(), **{"X-CSRFToken": "wrong"})
    assert answer.status_code == 400


def test_the_original_comes_back_under_its_name(someone: Visitor) -> None:
    said = send(someone, mulaw_wav(), **{"X-File-Name": "%E6%8C%A8%E6%8B%B6.wav"}).get_json()
    answer = someone.get(said["original_url"])
    assert answer.data == mulaw_wav()
    assert answer.content_length == len(mulaw_wav())
    assert "filename*=UTF-8''%E6%8C%A8%E6%8B%B6.wav" in answer.headers["Content-Disposition"]


def test_another_accounts_file_does_not_exist(
    someone: Visitor, number: IncomingNumber, told: list[uuid.UUID]
) -> None:
    theirs = factories.audio_file(factories.account())
    for path in ("", "/telephone.wav", "/original"):
        assert someone.get(f"/audio-files/{theirs.id}{path}").status_code == 404
    assert convert(someone, str(theirs.id)).status_code == 404
    assert told == []
    page = save(someone, number, guidance_1_kind="file", guidance_1_file=str(theirs.id))
    assert page.status_code == 422
    assert "The file of ① is not there any more." in words(page)
    assert draft_of(number).files() == {}


def test_a_file_is_saved_as_guidance_and_shown_again(
    someone: Visitor, account: Account, number: IncomingNumber
) -> None:
    file = factories.audio_file(account, "挨拶.wav", wav=b"heard")
    page = save(someone, number, guidance_1_kind="file", guidance_1_file=str(file.id))
    assert "The draft is saved." in words(page)
    assert "挨拶.wav" in words(page)
    assert f'value="{file.id}"' in page.get_data(as_text=True)
    content = draft_of(number)
    (slot,) = content.files()
    assert slot is Slot.GREETING
    assert content.files()[slot].audio_hash == file.audio_hash
    assert content.guidances[Slot.GREETING].text == ""
    again = save(someone, number, 2, guidance_1_kind="text", guidance_1_file=str(file.id))
    assert again.status_code == 200
    assert draft_of(number).guidances[Slot.GREETING].text == "はい。"


@pytest.mark.parametrize(
    ("file_id", "message"),
    [
        ("", "Choose an audio file for ①, or set its kind to text."),
        ("nonsense", "The file of ① is not there any more."),
        (str(uuid.UUID(int=1)), "The file of ① is not there any more."),
    ],
)
def test_a_kind_without_a_file_is_refused(
    someone: Visitor, number: IncomingNumber, file_id: str, message: str
) -> None:
    page = save(someone, number, guidance_1_kind="file", guidance_1_file=file_id)
    assert page.status_code == 422
    assert words(page).count(message) == 2  # in the summary and beside the field
    assert 'href="#guidance_1_file"' in page.get_data(as_text=True)


def test_a_wrong_file_is_refused_when_saved_with_the_conditions(
    someone: Visitor, number: IncomingNumber
) -> None:
    file_id = send(someone, MUSIC).get_json()["id"]
    page = save(someone, number, guidance_4_kind="file", guidance_4_file=file_id)
    assert page.status_code == 422
    assert "The file of ④ cannot be used as it is." in words(page)
    assert "it must be 8 kHz, and is 44.1 kHz." in words(page)
    assert f'value="{file_id}"' in page.get_data(as_text=True)  # he can still have it converted
    convert(someone, file_id)
    page = save(someone, number, guidance_4_kind="file", guidance_4_file=file_id)
    assert "still being converted" in words(page)


def test_a_file_counts_as_set(someone: Visitor, account: Account, number: IncomingNumber) -> None:
    file = factories.audio_file(account)
    typed = {f"guidance_{slot}": "" for slot in "1245"}
    typed |= {f"guidance_{slot}_kind": "file" for slot in "1245"}
    typed |= {f"guidance_{slot}_file": str(file.id) for slot in "1245"}
    assert save(someone, number, **typed).status_code == 200
    assert draft_of(number).missing() == ()


def test_a_conflict_shows_the_file_of_the_other(
    someone: Visitor, visitor: NewVisitor, account: Account, number: IncomingNumber
) -> None:
    file = factories.audio_file(account, "同僚の声.wav")
    colleague = visitor().sign_in(factories.member_of(account, Role.ADMIN))
    save(colleague, number, guidance_1_kind="file", guidance_1_file=str(file.id))
    page = save(someone, number, 1, guidance_1="自分の言葉")
    assert page.status_code == 409
    html = page.get_data(as_text=True)
    assert "自分の言葉" in html
    assert html.count('id="saved-guidance_1_file"') == 1
    assert "同僚の声.wav" in words(page)
    assert 'id="saved-guidance_1"' not in html


def test_the_microphone_is_for_the_editor_alone(someone: Visitor, number: IncomingNumber) -> None:
    editor = someone.get(f"/numbers/{number.id}/flow/edit")
    assert "microphone=(self)" in editor.headers["Permissions-Policy"]
    refused = save(someone, number, body="あ" * 700)
    assert "microphone=(self)" in refused.headers["Permissions-Policy"]
    for other in ("/numbers/", "/sign-in"):
        assert "microphone=()" in someone.get(other).headers["Permissions-Policy"]


def test_uploads_are_limited(app: Flask, someone: Visitor) -> None:
    app.config["RATELIMIT_ENABLED"] = True
    app.config["LIMIT_UPLOADS_PER_USER"] = "2 per hour"
    assert [send(someone, mulaw_wav()).status_code for _ in range(3)] == [201, 201, 429]


def test_a_failed_file_says_why(someone: Visitor, account: Account) -> None:
    file = factories.audio_file(account)
    with all_companies("test"), transaction():
        row = audio_file.by_id(file.id)
        assert row is not None
        row.state, row.problem, row.audio_hash = AudioState.FAILED, "audio_silent", None
    said = someone.get(f"/audio-files/{file.id}").get_json()
    assert said["problems"] == ["This file is silent: nothing could be heard in it."]
