"""Renderings that nobody hears any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from app.models.audio_file import AudioFile
from app.models.database import session
from app.models.flow_version import FlowVersion
from app.models.guidance_audio import GuidanceAudio

AT_ONCE = 500


def delete_unused(before: datetime) -> None:
    """Delete what was last asked for before this moment and is in no version and no file."""
    used = {
        audio_hash
        for audio in session.scalars(select(FlowVersion.audio))
        for audio_hash in audio.values()
    }
    used |= set(
        session.scalars(select(AudioFile.audio_hash).where(AudioFile.audio_hash.is_not(None)))
    )
    is_old = GuidanceAudio.used_at < before
    unused = [
        one for one in session.scalars(select(GuidanceAudio.hash).where(is_old)) if one not in used
    ]
    for start in range(0, len(unused), AT_ONCE):
        session.execute(
            delete(GuidanceAudio)
            .where(
                GuidanceAudio.hash.in_(unused[start : start + AT_ONCE]), is_old
            )  # as somebody may have asked meanwhile
            .execution_options(synchronize_session=False)
        )
