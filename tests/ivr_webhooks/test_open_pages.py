"""What needs no signature: guidance audio, short links, health."""

from __future__ import annotations

import pytest

from app.models import guidance_audio
from app.models.database import session, transaction
from app.models.short_url import ShortUrl
from app.models.tenant_scope import all_companies
from tests.ivr_webhooks.conftest import Plivo
from tests.support import factories

HASH = "ab" * 32
WAV = bytes(range(256)) * 4


@pytest.fixture
def audio(plivo: Plivo) -> str:
    with transaction():
        guidance_audio.add_if_new(HASH, "source", WAV, 1000)
    return f"/ivr/audio/{HASH}.wav"


def test_audio_is_served_whole_and_may_be_kept(plivo: Plivo, audio: str) -> None:
    answer = plivo.client.get(audio)
    assert answer.data == WAV
    assert answer.mimetype == "audio/wav"
    assert "immutable" in answer.headers["Cache-Control"]
    again = plivo.client.get(audio, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_part_of_the_audio(plivo: Plivo, audio: str) -> None:
    answer = plivo.client.get(audio, headers={"Range": "bytes=10-19"})
    assert answer.status_code == 206
    assert answer.data == WAV[10:20]


@pytest.mark.parametrize("name", ["cd" * 32, "short", "届く", "AB" * 32, "..%2F..%2Fetc"])
def test_unknown_audio(plivo: Plivo, name: str) -> None:
    assert plivo.client.get(f"/ivr/audio/{name}.wav").status_code == 404


def test_a_short_link_leads_to_its_target(plivo: Plivo) -> None:
    target = "https://www.example.jp/a?b=c&d=%E5%B1%8A"
    call = factories.call(factories.incoming_number(factories.account()))
    message = factories.message(call)
    with all_companies("test"), transaction():
        session.add(
            ShortUrl(
                code="AbCd1234", account_id=message.account_id, message_id=message.id, target=target
            )
        )
    answer = plivo.client.get("/AbCd1234")
    assert answer.status_code == 302
    assert answer.headers["Location"] == target


@pytest.mark.parametrize(
    "code", ["abcd1234", "AbCd123", "AbCd12345", "healthzz", "届くAbCd12", "f" * 32]
)
def test_a_code_nobody_minted(plivo: Plivo, code: str) -> None:
    assert plivo.client.get(f"/{code}").status_code == 404


def test_health(plivo: Plivo) -> None:
    assert plivo.client.get("/healthz").status_code == 200
    assert plivo.client.get("/readyz").text == "ready\n"
