"""Audio files: taken in piece by piece, converted once, swept and removed."""

from __future__ import annotations

import io
import subprocess
import sys
import uuid
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from app import clock
from app.domain.flow_content import FlowContent, Guidance, GuidanceFile
from app.domain.guidance_audio import MAX_BYTES
from app.domain.refusals import Refusal
from app.domain.slots import Slot
from app.models import audio_file, guidance_audio
from app.models.account import Account
from app.models.audio_file import CHUNK_BYTES, AudioFile, AudioFileChunk, AudioState
from app.models.database import session, transaction
from app.models.tenant_scope import account_scope, all_companies
from app.models.user import User
from app.providers import audio_conversion
from app.services import audio_files
from tests.support import factories
from tests.support.wav_files import PCM, chunk, format_chunk, mulaw_wav, wav

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db")]
ROOT = Path(__file__).resolve().parents[2]
TONE = bytes(range(0, 250, 2)) * 400
MUSIC = wav(format_chunk(PCM, 2, 44_100, 16), chunk(b"data", TONE * 4))


@pytest.fixture
def account() -> Account:
    return factories.account()


@pytest.fixture
def user(account: Account) -> User:
    return factories.member_of(account)


@pytest.fixture
def store(account: Account, user: User) -> Callable[..., AudioFile]:
    def stored(content: bytes, name: str = "声.wav") -> AudioFile:
        with account_scope(account.id):
            return now(
                audio_files.store_upload(
                    name, io.BytesIO(content), account_id=account.id, user_id=user.id
                )
            )

    return stored


def now(file_id: uuid.UUID) -> AudioFile:
    with all_companies("test"):
        session.remove()
        file = audio_file.by_id(file_id)
        assert file is not None
        session.expunge(file)
        session.remove()
        return file


def rows() -> tuple[int, int]:
    """How many files and pieces there are."""
    with all_companies("test"):
        session.remove()
        counts = session.query(AudioFile).count(), session.query(AudioFileChunk).count()
        session.remove()
        return counts


def request(file: AudioFile) -> list[uuid.UUID]:
    told: list[uuid.UUID] = []
    with account_scope(file.account_id):
        audio_files.request_conversion(file.id, told.append)
    return told


def test_a_file_as_it_must_be_is_ready_at_once(store: Callable[..., AudioFile]) -> None:
    file = store(mulaw_wav(12_000), "挨拶.wav")
    assert (file.state, file.name, file.duration_ms) == (AudioState.READY, "挨拶.wav", 1500)
    assert file.audio_hash is not None
    heard = guidance_audio.wav_of(file.audio_hash)
    assert heard is not None
    with wave.open(io.BytesIO(heard)) as sound:
        assert sound.getparams()[:5] == (1, 2, 8000, 12_000, "NONE")
    assert audio_files.problems_of(file) == ()
    assert b"".join(audio_files.original(file.id)) == mulaw_wav(12_000)
    assert request(file) == []


def test_mulaw_sounds_as_g711_says() -> None:
    samples = audio_conversion.from_mulaw(bytes([0x00, 0x7F, 0x80, 0xFF, 0xF0, 0x70])).wav[44:]
    assert [int.from_bytes(samples[i : i + 2], "little", signed=True) for i in range(0, 12, 2)] == [
        *(-32_124, 0, 32_124, 0),
        *(120, -120),
    ]


def test_any_other_file_is_kept_and_says_what_is_wrong(store: Callable[..., AudioFile]) -> None:
    file = store(MUSIC)
    assert file.state is AudioState.STORED
    assert [problem.code for problem in audio_files.problems_of(file)] == [
        "audio_rate",
        "audio_encoding",
        "audio_channels",
    ]
    assert b"".join(audio_files.original(file.id)) == MUSIC


@pytest.mark.parametrize("size", [CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_pieces_are_put_together_again(store: Callable[..., AudioFile], size: int) -> None:
    content = bytes(i % 251 for i in range(size))
    file = store(content)
    assert file.size_bytes == size
    read_at = audio_file.reader_of(file.id)
    assert read_at(0, size + 5) == content
    assert read_at(CHUNK_BYTES - 2, 4) == content[CHUNK_BYTES - 2 : CHUNK_BYTES + 2]
    assert read_at(size, 1) == b""


class Endless:
    """Sends little by little, and never ends."""

    sent = 0

    def read(self, size: int, /) -> bytes:
        part = bytes(min(size, 100_000))
        self.sent += len(part)
        return part


def test_what_is_too_large_is_refused_while_it_comes(account: Account, user: User) -> None:
    body = Endless()
    with account_scope(account.id), pytest.raises(Refusal) as refused:
        audio_files.store_upload("x", body, account_id=account.id, user_id=user.id)
    assert refused.value.code == "audio_too_large"
    assert body.sent <= MAX_BYTES + CHUNK_BYTES
    assert rows() == (0, 0)


def test_an_upload_that_breaks_off_leaves_nothing(account: Account, user: User) -> None:
    class Cut(Endless):
        def read(self, size: int, /) -> bytes:
            if self.sent > 2 * CHUNK_BYTES:
                raise OSError("the browser went away")
            return super().read(size)

    with account_scope(account.id), pytest.raises(OSError, match="went away"):
        audio_files.store_upload("x", Cut(), account_id=account.id, user_id=user.id)
    assert rows() == (0, 0)


def test_nothing_is_no_file(store: Callable[..., AudioFile]) -> None:
    with pytest.raises(Refusal, match="audio_empty"):
        store(b"")
    assert rows() == (0, 0)


def test_a_file_is_converted(store: Callable[..., AudioFile]) -> None:
    file = store(MUSIC, "music.wav")
    assert request(file) == [file.id]
    assert request(file) == []  # asked for twice, it is converted once
    assert list(audio_files.waiting_conversions()) == [file.id]
    audio_files.convert_file(file.id)
    file = now(file.id)
    assert file.state is AudioState.READY
    assert file.progress_percent == 100
    assert abs((file.duration_ms or 0) - len(TONE * 4) / 176.4) < 5
    assert b"".join(audio_files.original(file.id)) == MUSIC
    assert not audio_files.waiting_conversions()


def test_a_file_without_sound_says_so(store: Callable[..., AudioFile]) -> None:
    file = store(b"no sound at all" * 100)
    request(file)
    audio_files.convert_file(file.id)
    file = now(file.id)
    assert file.state is AudioState.FAILED
    assert [problem.code for problem in audio_files.problems_of(file)] == ["audio_unreadable"]
    assert request(file) == [file.id]  # he may try again


def test_two_workers_convert_once(
    store: Callable[..., AudioFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = store(MUSIC)
    request(file)
    converted = []

    def convert(pieces: Iterator[bytes], _tell: object) -> audio_conversion.TelephoneSound:
        converted.append(sum(map(len, pieces)))
        return audio_conversion.from_mulaw(b"\xff" * 8000)

    monkeypatch.setattr(audio_conversion, "convert", convert)

    def work(_: int) -> None:
        audio_files.convert_file(file.id)
        session.remove()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    assert converted == [len(MUSIC)]
    assert now(file.id).state is AudioState.READY


def test_progress_is_seen_and_the_database_is_free_meanwhile(
    store: Callable[..., AudioFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = store(MUSIC)
    request(file)
    seen = []

    def convert(
        pieces: Iterator[bytes], tell: Callable[[int], None]
    ) -> audio_conversion.TelephoneSound:
        list(pieces)
        assert not session().in_transaction()
        tell(40)
        seen.append(now(file.id).progress_percent)
        return audio_conversion.from_mulaw(b"\xff" * 8000)

    monkeypatch.setattr(audio_conversion, "convert", convert)
    audio_files.convert_file(file.id)
    assert seen == [40]


class Killed(BaseException):
    """Whatever ends a worker."""


def test_what_a_dead_worker_left_is_converted_by_another_but_not_for_ever(
    store: Callable[..., AudioFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(_pieces: object, _tell: object) -> audio_conversion.TelephoneSound:
        raise Killed

    file = store(MUSIC)
    request(file)
    moment = clock.now()
    monkeypatch.setattr(audio_conversion, "convert", dies)
    for attempt in range(2):
        with time_machine.travel(moment + attempt * timedelta(minutes=10)):
            with pytest.raises(Killed):
                audio_files.convert_file(file.id)
            session.remove()
            audio_files.release_stuck_conversions()
            assert not audio_files.waiting_conversions()  # somebody may still be at it
        with time_machine.travel(moment + attempt * timedelta(minutes=10) + timedelta(minutes=5)):
            audio_files.release_stuck_conversions()
            assert len(audio_files.waiting_conversions()) == 1 - attempt
    file = now(file.id)
    assert file.state is AudioState.FAILED
    assert [problem.code for problem in audio_files.problems_of(file)] == ["audio_interrupted"]


def test_one_taken_for_dead_does_not_undo_what_another_did(
    store: Callable[..., AudioFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = store(MUSIC)
    request(file)
    right = audio_conversion.from_mulaw(b"\xff" * 8000)

    def slow(pieces: Iterator[bytes], tell: Callable[[int], None]) -> object:
        list(pieces)
        monkeypatch.setattr(audio_conversion, "convert", lambda *_: right)
        with time_machine.travel(clock.now() + timedelta(minutes=5)):
            audio_files.release_stuck_conversions()
            audio_files.convert_file(file.id)
        tell(50)
        raise Refusal("audio_too_hard")

    monkeypatch.setattr(audio_conversion, "convert", slow)
    audio_files.convert_file(file.id)
    file = now(file.id)
    assert (file.state, file.audio_hash) == (AudioState.READY, right.hash)
    assert file.progress_percent == 100


def _content(file: AudioFile) -> FlowContent:
    kept = GuidanceFile(str(file.id), file.name, file.audio_hash or "", file.duration_ms or 0)
    return FlowContent({**factories.CONTENT.guidances, Slot.GREETING: Guidance(file=kept)})


def test_only_what_nothing_uses_is_removed_after_a_week(
    account: Account, store: Callable[..., AudioFile]
) -> None:
    drafted, published, unused, refused = (
        store(mulaw_wav(8000 + n)) if n < 3 else store(MUSIC) for n in range(4)
    )
    factories.draft_flow(factories.incoming_number(account), _content(drafted))
    flow = factories.published_flow(factories.incoming_number(account), _content(published))
    with all_companies("test"), transaction():
        session.merge(flow).draft = factories.CONTENT.to_json()  # only its version still has it
    with time_machine.travel(clock.now() + timedelta(days=6, hours=23)):
        audio_files.remove_unused_files()
    assert rows()[0] == 4
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1)):
        recent = store(mulaw_wav(5000))
        audio_files.remove_unused_files()
    with all_companies("test"):
        session.remove()
        left = {file.id for file in session.query(AudioFile)}
    assert left == {drafted.id, published.id, recent.id}
    assert {unused.id, refused.id}.isdisjoint(left)
    assert rows() == (3, 3)  # a piece each


def test_another_account_has_no_such_file(store: Callable[..., AudioFile]) -> None:
    file = store(MUSIC)
    with account_scope(factories.account().id):
        assert audio_file.by_id(file.id) is None
        with pytest.raises(Refusal, match="audio_gone"):
            audio_files.request_conversion(file.id, print)


MEASURED = """
import re, sys
from pathlib import Path
from app.models import database
from app.models.tenant_scope import account_scope
from app.services import audio_files

url, account_id, user_id = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
database.configure(url)

class Body:
    def __init__(self, head, size):
        self.head, self.left = head, size
    def read(self, size):
        part = self.head[:size] or bytes(min(size, self.left))
        self.head, self.left = self.head[size:], self.left - len(part)
        return part

def peak():  # not ru_maxrss, which begins with that of the process that started this one
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024

size = 50 * 1024 * 1024 - 1
rate, block = 44_100, 4
import struct
head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", size - 8, b"WAVE", b"fmt ", 16, 1, 2, rate,
    rate * block, block, 16, b"data", size - 44) + bytes(range(256)) * 4000
before = peak()
with account_scope(account_id):
    file_id = audio_files.store_upload("x.wav", Body(head, size), account_id=account_id,
        user_id=user_id)
    audio_files.request_conversion(file_id, lambda _id: None)
audio_files.convert_file(file_id)
with account_scope(account_id):
    from app.models import audio_file
    print(peak() - before, audio_file.by_id(file_id).state)
"""


def test_fifty_megabytes_grow_no_process_by_a_hundred(
    database_url: str, account: Account, user: User
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, database_url, str(account.id), str(user.id)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    grown_mb, state = done.stdout.split()
    assert state == "ready"
    assert int(grown_mb) < 100
