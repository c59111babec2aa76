"""What needs no signature: guidance audio, health."""

from __future__ import annotations

import pytest

from app.models import guidance_audio
from app.models.database import transaction
from tests.ivr_webhooks.conftest import Plivo

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


def test_health(plivo: Plivo) -> None:
    assert plivo.client.get("/healthz").status_code == 200
    assert plivo.client.get("/readyz").text == "ready\n"
