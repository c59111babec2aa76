"""What callers hear, stored once per content: the same bytes always have the same name."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.database import Base, insert_if_new, session


class GuidanceAudio(Base):
    """`hash` is the SHA-256 of `wav` in hex; `source` that of the voice and text it was rendered
    from."""

    __tablename__ = "guidance_audio"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(64), unique=True)
    wav: Mapped[bytes] = mapped_column(LargeBinary)
    duration_ms: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


def wav_of(audio_hash: str) -> bytes | None:
    return session.scalar(select(GuidanceAudio.wav).where(GuidanceAudio.hash == audio_hash))


def hashes_by_source(sources: Collection[str]) -> dict[str, str]:
    """The hashes of what has been rendered already, by source."""
    rows = session.execute(
        select(GuidanceAudio.source, GuidanceAudio.hash).where(GuidanceAudio.source.in_(sources))
    )
    return {row.source: row.hash for row in rows}


def add_if_new(audio_hash: str, source: str, wav: bytes, duration_ms: int) -> None:
    """Store a rendering; where somebody else has just stored the same, theirs stays."""
    insert_if_new(
        GuidanceAudio,
        hash=audio_hash,
        source=source,
        wav=wav,
        duration_ms=duration_ms,
        created_at=clock.now(),
    )
