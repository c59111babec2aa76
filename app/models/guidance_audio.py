"""What callers hear, stored once per content: the same bytes always have the same name."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import LargeBinary, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.database import Base, insert_if_new, session


class GuidanceAudio(Base):
    """`hash` is the SHA-256 of `wav` in hex; `source` that of the voice and text it was rendered
    from. `used_at` is when it was last asked for, to be played or published."""

    __tablename__ = "guidance_audio"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(64), unique=True)
    wav: Mapped[bytes] = mapped_column(LargeBinary)
    duration_ms: Mapped[int]
    used_at: Mapped[datetime] = mapped_column(default=clock.now)


def wav_of(audio_hash: str) -> bytes | None:
    return session.scalar(select(GuidanceAudio.wav).where(GuidanceAudio.hash == audio_hash))


def use_by_source(sources: Collection[str]) -> dict[str, str]:
    """The hashes of what has been rendered already, by source; it is not unused any more."""
    rows = session.execute(
        update(GuidanceAudio)
        .where(GuidanceAudio.source.in_(sources))
        .values(used_at=clock.now())
        .returning(GuidanceAudio.source, GuidanceAudio.hash)
        .execution_options(synchronize_session=False)
    )
    return {row.source: row.hash for row in rows}


def add_if_new(audio_hash: str, source: str, wav: bytes, duration_ms: int) -> None:
    """Store a rendering; where the same bytes are there already, they stay, in use again."""
    is_new = insert_if_new(
        GuidanceAudio,
        hash=audio_hash,
        source=source,
        wav=wav,
        duration_ms=duration_ms,
        used_at=clock.now(),
    )
    if not is_new:
        session.execute(
            update(GuidanceAudio)
            .where(GuidanceAudio.hash == audio_hash)
            .values(used_at=clock.now())
            .execution_options(synchronize_session=False)
        )
