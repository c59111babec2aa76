"""音声ファイル: what somebody uploaded or recorded as a guidance, and what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Enum, ForeignKey, Index, LargeBinary, String, Uuid, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.database import Base, new_id, session
from app.models.tenant_scope import TenantMixin


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


def chunks_of(file: AudioFile) -> Iterator[bytes]:
    """The original, piece by piece; one piece in memory at a time."""
    position = 0
    while content := session.scalar(
        select(AudioFileChunk.content).where(
            AudioFileChunk.audio_file_id == file.id, AudioFileChunk.position == position
        )
    ):
        yield content
        position += 1
