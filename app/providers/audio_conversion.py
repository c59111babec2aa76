"""Turning any common audio file into what a telephone plays: WAV, 8 kHz, 16-bit PCM, mono.

Files come from anybody, so they are decoded (by FFmpeg, inside the PyAV wheel) in a process of
their own, with limits to its time, memory and files: whatever a file makes of it, the worker lives.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tempfile
import threading
import wave
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.domain.guidance_audio import TELEPHONE_RATE_HZ
from app.domain.refusals import Refusal

LONGEST_RUN_S = 90.0

_ROOT = Path(__file__).resolve().parents[2]
_DECODER = "app.providers.audio_decoder"
_PROBLEMS = frozenset({"audio_unreadable", "audio_too_long", "audio_silent"})
_STEP_PERCENT = 5


@dataclass(frozen=True)
class TelephoneSound:
    """A WAV file (8 kHz, 16-bit PCM, mono), the sha256 of its bytes in hex and its length."""

    wav: bytes = field(repr=False)
    hash: str
    duration_ms: int


def convert(pieces: Iterable[bytes], on_progress: Callable[[int], None]) -> TelephoneSound:
    """Convert a file that comes in pieces; `on_progress` is told the per cent done.

    Raises Refusal: audio_unreadable (no sound that FFmpeg knows), audio_too_long (over 5 minutes),
    audio_silent, audio_too_hard (it took too much time or memory, or brought the decoder down).
    """
    with tempfile.TemporaryDirectory(prefix="audio-") as folder:
        original = Path(folder, "original")
        with original.open("wb") as file:
            file.writelines(pieces)
        converted = Path(folder, "telephone.wav")
        _decode(original, converted, on_progress)
        wav = converted.read_bytes()
    return _sound(wav, (len(wav) - 44) // 2)


def from_mulaw(samples: bytes) -> TelephoneSound:
    """The sound of μ-law samples (ITU-T G.711), one byte each, at the telephone's rate."""
    values = _MULAW[np.frombuffer(samples, dtype=np.uint8)]
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(TELEPHONE_RATE_HZ)
        sound.writeframes(values.tobytes())
    return _sound(file.getvalue(), len(samples))


def _sound(wav: bytes, samples: int) -> TelephoneSound:
    return TelephoneSound(
        wav=wav,
        hash=hashlib.sha256(wav).hexdigest(),
        duration_ms=round(samples * 1000 / TELEPHONE_RATE_HZ),
    )


def _decode(original: Path, converted: Path, on_progress: Callable[[int], None]) -> None:
    """Run the decoder; it says "progress <per cent>" and "problem <code>", a line each."""
    command = [sys.executable, "-m", _DECODER, str(original), str(converted)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command,
        cwd=_ROOT,
        env={"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        alarm = threading.Timer(LONGEST_RUN_S, process.kill)
        alarm.start()
        try:
            assert process.stdout is not None, "it is a pipe"
            problem = _listen(process.stdout, on_progress)
            ended_well = process.wait() == 0
        except BaseException:
            process.kill()
            raise
        finally:
            alarm.cancel()
    if problem in _PROBLEMS:
        raise Refusal(problem)
    if problem or not ended_well:
        raise Refusal("audio_too_hard")


def _listen(lines: Iterable[str], on_progress: Callable[[int], None]) -> str:
    """Pass on the progress, in steps; returns the problem, if there is one."""
    told = 0
    for line in lines:
        word, _, value = line.strip().partition(" ")
        if word == "problem":
            return value
        if word == "progress" and int(value) >= told + _STEP_PERCENT:
            told = int(value)
            on_progress(told)
    return ""


def _mulaw_table() -> npt.NDArray[np.int16]:
    """G.711 μ-law: sign, three bits of exponent, four of mantissa, all inverted."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = ((mantissa.astype(np.int32) << 3) + 0x84 << exponent) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype("<i2")


_MULAW = _mulaw_table()
