"""Fetching the audio of a ``<Play>`` and checking that Plivo could play it.

Source: https://www.plivo.com/docs/voice/xml/audio-output (Play): mp3 or wav, 8 or 16 kHz, mono;
under 10 MB; the URL must be answered within 2 seconds to connect.
"""

import hashlib
import io
import wave
from dataclasses import dataclass
from typing import Any

import mutagen
import mutagen.mp3
import requests

from simulator.http_client import plain_session, read_at_most

CONNECT_S, READ_S = 2, 10
MOST_BYTES = 10_000_000
WAV_TYPES = frozenset({"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"})
MP3_TYPES = frozenset({"audio/mpeg", "audio/mp3"})
SAMPLE_RATES_HZ = (8000, 16000)


@dataclass(frozen=True)
class Audio:
    """``sha256`` is the hex digest of the bytes; ``problems`` is empty when Plivo could play it."""

    content_type: str = ""
    data: bytes = b""
    duration_s: float = 0.0
    problems: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest() if self.data else ""


def fetch_audio(url: str) -> Audio:
    """Never raises: what is wrong is in ``problems``."""
    try:
        with (
            plain_session() as session,
            session.get(url, timeout=(CONNECT_S, READ_S), stream=True) as response,
        ):
            data = read_at_most(response, MOST_BYTES)
    except requests.RequestException as error:
        return Audio(problems=(f"not fetched: {type(error).__name__}",))
    if response.status_code != 200:
        return Audio(problems=(f"HTTP {response.status_code}",))
    content_type = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    duration_s, problems = check_audio(content_type, data)
    return Audio(content_type, data, duration_s, tuple(problems))


def check_audio(content_type: str, data: bytes) -> tuple[float, list[str]]:
    """Duration in seconds, and what keeps Plivo from playing it."""
    if len(data) > MOST_BYTES:
        return 0.0, ["10 MB or more"]
    if content_type in WAV_TYPES:
        return _check_wav(data)
    if content_type in MP3_TYPES:
        return _check_mp3(data)
    return 0.0, [f"content type {content_type or 'missing'}, not wav or mp3"]


def _check_wav(data: bytes) -> tuple[float, list[str]]:
    try:
        with wave.open(io.BytesIO(data)) as sound:
            frames, rate = sound.getnframes(), sound.getframerate()
            channels, width = sound.getnchannels(), sound.getsampwidth()
            samples = sound.readframes(frames)
    except (wave.Error, EOFError) as error:
        return 0.0, [f"no PCM wav: {error or 'cut off'}"]
    problems = _format_problems(rate, channels)
    if width != 2:
        problems.append(f"{width * 8} bit, not 16 bit PCM")
    if len(samples) < frames * channels * width:
        problems.append("cut off: less sound than the header says")
    if not samples.strip(b"\0"):
        problems.append("nothing to hear")
    return (frames / rate if rate else 0.0), problems


def _check_mp3(data: bytes) -> tuple[float, list[str]]:
    try:
        info: Any = mutagen.mp3.MP3(io.BytesIO(data)).info
    except mutagen.MutagenError as error:
        return 0.0, [f"no mp3: {error}"]
    return info.length, _format_problems(info.sample_rate, info.channels)


def _format_problems(rate_hz: int, channels: int) -> list[str]:
    problems = []
    if rate_hz not in SAMPLE_RATES_HZ:
        problems.append(f"{rate_hz} Hz, not 8 or 16 kHz")
    if channels != 1:
        problems.append(f"{channels} channels, not mono")
    return problems
