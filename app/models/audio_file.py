"""音声ファイル: what somebody uploaded or recorded as a guidance, and what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Enum,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Uuid,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.models.database import Base, new_id, session
from app.models.tenant_scope import TenantMixin

CHUNK_BYTES = 256 * 1024


class AudioState(StrEnum):
    """STORED: not what is needed, may be converted. READY: `audio_hash` names what callers hear."""

    STORED = "stored"
    CONVERTING = "converting"
    READY = "ready"
    FAILED = "failed"


class AudioFile(TenantMixin, Base):
    """`name` is the file's as uploaded; the original stays in chunks, so that neither an upload nor
    a conversion holds it whole."""

    __tablename__ = "audio_file"
    __table_args__ = (Index(None, "account_id"), Index(None, "state", "created_at"))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    size_bytes: Mapped[int]
    state: Mapped[AudioState] = mapped_column(
        Enum(
            AudioState,
            native_enum=False,
            length=20,
            values_callable=lambda states: [s.value for s in states],
        )
    )
    progress_percent: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(String(50))
    audio_hash: Mapped[str | None] = mapped_column(String(64))
    duration_ms: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("company_user.id"))
    claimed_at: Mapped[datetime | None]


class AudioFileChunk(Base):
    """A piece of the original; `position` counts 0, 1, 2…"""

    __tablename__ = "audio_file_chunk"

    audio_file_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("audio_file.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


def by_id(audio_file_id: uuid.UUID) -> AudioFile | None:
    """The file, in the account in scope."""
    return session.scalar(select(AudioFile).where(AudioFile.id == audio_file_id))


def lock(audio_file_id: uuid.UUID) -> AudioFile | None:
    """As `by_id`, locked until the transaction ends."""
    return session.scalar(select(AudioFile).where(AudioFile.id == audio_file_id).with_for_update())


def add_chunk(audio_file_id: uuid.UUID, position: int, content: bytes) -> None:
    """Every piece but the last has CHUNK_BYTES."""
    session.execute(
        insert(AudioFileChunk).values(
            audio_file_id=audio_file_id, position=position, content=content
        )
    )


def delete_chunks(audio_file_id: uuid.UUID) -> None:
    session.execute(delete(AudioFileChunk).where(AudioFileChunk.audio_file_id == audio_file_id))


def reader_of(audio_file_id: uuid.UUID) -> Callable[[int, int], bytes]:
    """Reads the original at (offset, count); keeps the last piece that it read."""
    kept: tuple[int, bytes] = (-1, b"")

    def read_at(offset: int, count: int) -> bytes:
        nonlocal kept
        found = bytearray()
        while len(found) < count:
            position, begin = divmod(offset + len(found), CHUNK_BYTES)
            if kept[0] != position:
                kept = position, chunk(session(), audio_file_id, position)
            part = kept[1][begin : begin + count - len(found)]
            if not part:
                break
            found += part
        return bytes(found)

    return read_at


def chunk(reading: Session, audio_file_id: uuid.UUID, position: int) -> bytes:
    """A piece of the original; empty where it has ended."""
    content = reading.scalar(
        select(AudioFileChunk.content).where(
            AudioFileChunk.audio_file_id == audio_file_id, AudioFileChunk.position == position
        )
    )
    return content or b""


def claim(audio_file_id: uuid.UUID, now: datetime) -> bool:
    """To be converted → claimed, for exactly one of the workers that try."""
    claimed = session.execute(
        update(AudioFile)
        .where(
            AudioFile.id == audio_file_id,
            AudioFile.state == AudioState.CONVERTING,
            AudioFile.claimed_at.is_(None),
        )
        .values(claimed_at=now, progress_percent=0)
        .execution_options(synchronize_session=False)
    )
    return bool(claimed.rowcount)  # type: ignore[attr-defined]


def note_progress(audio_file_id: uuid.UUID, claimed_at: datetime, percent: int) -> None:
    """Only for the worker whose claim still stands."""
    session.execute(
        update(AudioFile)
        .where(AudioFile.id == audio_file_id, AudioFile.claimed_at == claimed_at)
        .values(progress_percent=percent)
        .execution_options(synchronize_session=False)
    )


def waiting(limit: int) -> Sequence[uuid.UUID]:
    """To be converted, and nobody is at it; the oldest first."""
    return session.scalars(
        select(AudioFile.id)
        .where(AudioFile.state == AudioState.CONVERTING, AudioFile.claimed_at.is_(None))
        .order_by(AudioFile.created_at)
        .limit(limit)
    ).all()


def claimed_before(moment: datetime, limit: int) -> Sequence[AudioFile]:
    """Files that somebody began to convert before `moment` and did not report on, locked."""
    return session.scalars(
        select(AudioFile)
        .where(AudioFile.state == AudioState.CONVERTING, AudioFile.claimed_at < moment)
        .order_by(AudioFile.claimed_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def older_than(moment: datetime, but: set[uuid.UUID]) -> list[AudioFile]:
    """Files that came before `moment`, without those named."""
    found = session.scalars(select(AudioFile).where(AudioFile.created_at < moment))
    return [file for file in found if file.id not in but]
