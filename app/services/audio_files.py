"""Audio files as guidances: taking them in piece by piece, converting, and removing what nobody
uses.

A file that fulfils every condition is ready at once, any other once it is converted. The original
is kept beside what callers hear, so that it can be downloaded again.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from app import clock
from app.domain.guidance_audio import MAX_BYTES, judge
from app.domain.refusals import Refusal
from app.models import audio_file, audio_file_use, guidance_audio
from app.models.audio_file import CHUNK_BYTES, AudioFile, AudioState
from app.models.database import after_commit, session, transaction
from app.models.tenant_scope import all_companies
from app.providers import audio_conversion
from app.providers.audio_conversion import TelephoneSound
from app.services import audit

log = logging.getLogger(__name__)

BATCH = 100
LONGEST_NAME = 200
KEPT_UNUSED = timedelta(days=7)
STUCK_AFTER = timedelta(seconds=2 * audio_conversion.LONGEST_RUN_S)
UPLOAD_BROKEN = "audio_upload_broken"
INTERRUPTED = "audio_interrupted"


class Body(Protocol):
    """What an upload is read from; fewer bytes than asked for may come, none at the end."""

    def read(self, size: int, /) -> bytes: ...


def store_upload(name: str, body: Body, *, account_id: int, user_id: int) -> uuid.UUID:
    """Take in a file and judge it; returns its id.

    Each piece is written in a transaction of its own: a slow upload holds up nobody. Raises
    Refusal("audio_too_large") as soon as it is, Refusal("audio_empty") where nothing comes.
    """
    file_id = _begin(name, account_id, user_id)
    try:
        size = 0
        for position, piece in enumerate(_pieces(body)):
            size += len(piece)
            if size >= MAX_BYTES:
                raise Refusal("audio_too_large")
            with transaction():
                audio_file.add_chunk(file_id, position, piece)
        if not size:
            raise Refusal("audio_empty")
        _finish(file_id, size)
    except BaseException:
        _drop(file_id)
        raise
    return file_id


def problems_of(file: AudioFile) -> Sequence[Refusal]:
    """Why callers can't hear the file as it is: every condition that it breaks, or why its
    conversion failed."""
    match file.state:
        case AudioState.STORED:
            return judge(audio_file.reader_of(file.id), file.size_bytes).problems
        case AudioState.FAILED:
            assert file.problem is not None, "a failed file says why"
            return (Refusal(file.problem),)
        case _:
            return ()


def request_conversion(file_id: uuid.UUID, enqueue: Callable[[uuid.UUID], None]) -> None:
    """Have a file converted that is not ready; one that is, or is being converted, stays as it is.

    Raises Refusal("audio_gone"), and Refusal("audio_upload_broken") for a file that never came
    whole.
    """
    with transaction():
        file = audio_file.lock(file_id)
        if file is None:
            raise Refusal("audio_gone")
        if file.problem == UPLOAD_BROKEN:
            raise Refusal(UPLOAD_BROKEN)
        if file.state in (AudioState.READY, AudioState.CONVERTING):
            return
        file.state = AudioState.CONVERTING
        file.progress_percent = 0
        file.problem = None
        file.claimed_at = None
        audit.record("audio_file.convert", file.name)
        after_commit(lambda: enqueue(file_id))


def convert_file(file_id: uuid.UUID) -> None:
    """Convert one file that waits for it; does nothing for any other."""
    claimed_at = clock.now()
    with all_companies("conversion"):
        with transaction():
            if not audio_file.claim(file_id, claimed_at):
                return

        def note_progress(percent: int) -> None:
            with transaction():
                audio_file.note_progress(file_id, claimed_at, percent)

        try:
            sound = audio_conversion.convert(original(file_id), note_progress)
        except Refusal as refusal:
            log.info("audio file %s is not converted: %s", file_id, refusal)
            _settle(file_id, claimed_at, problem=refusal.code)
        else:
            _settle(file_id, claimed_at, sound=sound)


def original(file_id: uuid.UUID) -> Iterator[bytes]:
    """The file as it was uploaded, piece by piece, each in a transaction of its own: neither a slow
    download nor a conversion holds up anybody. Whoever asks has made sure that it is his to have.
    """
    position = 0
    while piece := _piece(file_id, position):
        yield piece
        position += 1


def _piece(file_id: uuid.UUID, position: int) -> bytes:
    with session.session_factory() as own_session:
        return audio_file.chunk(own_session, file_id, position)


def waiting_conversions() -> Sequence[uuid.UUID]:
    """Files that are to be converted and that nobody is at."""
    with all_companies("sweep"), transaction():
        return audio_file.waiting(BATCH)


def release_stuck_conversions() -> None:
    """Files whose worker died wait again, once: what kills two workers is given up."""
    with all_companies("sweep"), transaction():
        for file in audio_file.claimed_before(clock.now() - STUCK_AFTER, BATCH):
            log.warning("audio file %s: its conversion was interrupted", file.id)
            if file.problem == INTERRUPTED:
                file.state = AudioState.FAILED
            file.problem = INTERRUPTED
            file.claimed_at = None


def remove_unused_files() -> None:
    """Files that came a week ago or longer, and that no draft and no version has."""
    with all_companies("sweep"), transaction():
        used = audio_file_use.used_files()
        for file in audio_file.older_than(clock.now() - KEPT_UNUSED, used):
            audit.record("audio_file.remove", file.name)
            audio_file.delete_chunks(file.id)
            session.delete(file)


def _begin(name: str, account_id: int, user_id: int) -> uuid.UUID:
    """A file counts as broken until it has come whole, so one that never does needs no sweep."""
    with transaction():
        file = AudioFile(
            account_id=account_id,
            name=name[-LONGEST_NAME:],
            size_bytes=0,
            state=AudioState.FAILED,
            problem=UPLOAD_BROKEN,
            created_by_id=user_id,
        )
        session.add(file)
        session.flush()
        return file.id


def _pieces(body: Body) -> Iterator[bytes]:
    """Pieces of CHUNK_BYTES, the last one shorter."""
    piece = bytearray()
    while part := body.read(CHUNK_BYTES - len(piece)):
        piece += part
        if len(piece) == CHUNK_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def _finish(file_id: uuid.UUID, size: int) -> None:
    with transaction():
        file = audio_file.lock(file_id)
        assert file is not None, "nobody removes a file that has just come"
        file.size_bytes = size
        file.problem = None
        read_at = audio_file.reader_of(file_id)
        sound = judge(read_at, size).sound
        if sound is None:
            file.state = AudioState.STORED
        else:
            samples = read_at(sound.offset, sound.samples)
            _make_ready(file, audio_conversion.from_mulaw(samples))
        audit.record("audio_file.upload", file.name)


def _drop(file_id: uuid.UUID) -> None:
    with transaction():
        file = audio_file.lock(file_id)
        if file is not None:
            audio_file.delete_chunks(file_id)
            session.delete(file)


def _settle(
    file_id: uuid.UUID,
    claimed_at: datetime,
    *,
    sound: TelephoneSound | None = None,
    problem: str | None = None,
) -> None:
    """Unless the claim was taken for dead meanwhile."""
    with transaction():
        file = audio_file.lock(file_id)
        if file is None or file.claimed_at != claimed_at:
            return
        file.claimed_at = None
        if sound is None:
            file.state = AudioState.FAILED
            file.problem = problem
        else:
            file.problem = None
            _make_ready(file, sound)


def _make_ready(file: AudioFile, sound: TelephoneSound) -> None:
    source = hashlib.sha256(f"file\n{sound.hash}".encode()).hexdigest()
    guidance_audio.add_if_new(sound.hash, source, sound.wav, sound.duration_ms)
    file.state = AudioState.READY
    file.progress_percent = 100
    file.audio_hash = sound.hash
    file.duration_ms = sound.duration_ms
