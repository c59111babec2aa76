"""Turning texts into the audio that callers hear, once per text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple, Protocol

from app import clock
from app.domain.flow_content import ContentRefused, text_problem
from app.domain.reading_hints import apply_readings
from app.domain.refusals import Refusal
from app.domain.slots import Slot
from app.models import guidance_audio, reading_hint, unused_audio
from app.models.database import transaction
from app.models.tenant_scope import all_companies

KEPT_UNUSED = timedelta(days=30)


class RenderedSpeech(Protocol):
    @property
    def wav(self) -> bytes: ...
    @property
    def hash(self) -> str: ...
    @property
    def duration_ms(self) -> int: ...


class Speech(Protocol):
    """A voice: `name` changes whenever the same text would sound different. Callers hear it unless
    Plivo's voice reads to them."""

    name: str
    heard_by_callers: bool

    def render(self, text: str) -> RenderedSpeech: ...


class Heard(NamedTuple):
    """What callers hear of the slots that are read aloud, as in `FlowVersion`."""

    audio: dict[str, str]
    spoken: dict[str, str]


def render_guidances(texts: Mapping[Slot, str], speech: Speech) -> Heard:
    """Prepare what callers hear, rendering and storing what was never said before.

    Raises ContentRefused naming the slot whose text cannot be heard. Rendering takes about 30 ms a
    second of speech, so no transaction is open meanwhile.
    """
    with transaction():
        readings = reading_hint.readings_of_account()
    said = {slot.value: apply_readings(text, readings) for slot, text in texts.items()}
    audio = _render(said, speech)
    return Heard(audio, {}) if speech.heard_by_callers else Heard({}, said)


def render_text(text: str, speech: Speech) -> str:
    """The hash of what callers would hear of this text, wherever it stands in a flow.

    Raises Refusal("guidance_empty", "guidance_too_long" or "speech_silent").
    """
    problem = text_problem(text)
    if problem is not None:
        raise problem
    with transaction():
        readings = reading_hint.readings_of_account()
    return render_said(apply_readings(text, readings), speech)


def render_said(said: str, speech: Speech) -> str:
    """The hash of a text with its readings already in it. Raises Refusal("speech_silent")."""
    try:
        return _render({"": said}, speech)[""]
    except ContentRefused as refused:
        raise refused.problems[""] from refused


def remove_unused_audio() -> None:
    """What was tried out a month ago or longer, and is in no version and no file."""
    with all_companies("sweep"), transaction():
        unused_audio.delete_unused(clock.now() - KEPT_UNUSED)


def _render(said: Mapping[str, str], speech: Speech) -> dict[str, str]:
    """The hash of each part's audio."""
    sources = {
        part: hashlib.sha256(f"{speech.name}\n{text}".encode()).hexdigest()
        for part, text in said.items()
    }
    with transaction():
        known = guidance_audio.use_by_source(sources.values())
    for part, source in sources.items():
        if source in known:
            continue
        try:
            rendered = speech.render(said[part])
        except Refusal as refusal:
            raise ContentRefused({part: refusal}) from refusal
        with transaction():
            guidance_audio.add_if_new(rendered.hash, source, rendered.wav, rendered.duration_ms)
        known[source] = rendered.hash
    return {part: known[source] for part, source in sources.items()}
