"""Turning texts into the audio that callers hear, once per text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Protocol

from app.domain.flow_content import ContentRefused
from app.domain.refusals import Refusal
from app.domain.slots import Slot
from app.models import guidance_audio
from app.models.database import transaction


class RenderedSpeech(Protocol):
    @property
    def wav(self) -> bytes: ...
    @property
    def hash(self) -> str: ...
    @property
    def duration_ms(self) -> int: ...


class Speech(Protocol):
    """A voice: `name` changes whenever the same text would sound different."""

    name: str

    def render(self, text: str) -> RenderedSpeech: ...


def render_guidances(texts: Mapping[Slot, str], speech: Speech) -> dict[str, str]:
    """The hash of each slot's audio, rendering and storing what was never said before.

    Raises ContentRefused naming the slot whose text cannot be heard. Rendering takes about 30 ms a
    second of speech, so no transaction is open meanwhile.
    """
    sources = {
        slot: hashlib.sha256(f"{speech.name}\n{text}".encode()).hexdigest()
        for slot, text in texts.items()
    }
    with transaction():
        known = guidance_audio.hashes_by_source(sources.values())
    for slot, source in sources.items():
        if source in known:
            continue
        try:
            rendered = speech.render(texts[slot])
        except Refusal as refusal:
            raise ContentRefused({slot.value: refusal}) from refusal
        with transaction():
            guidance_audio.add_if_new(rendered.hash, source, rendered.wav, rendered.duration_ms)
        known[source] = rendered.hash
    return {slot.value: known[source] for slot, source in sources.items()}
