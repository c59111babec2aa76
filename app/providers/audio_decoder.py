"""`python -m app.providers.audio_decoder ORIGINAL CONVERTED`: the process that decodes one file.

Writes CONVERTED (WAV, 8 kHz, 16-bit PCM, mono) and ends with status 0, or says "problem <code>" and
ends with status 1. See `audio_conversion`, which starts it.
"""

from __future__ import annotations

import os
import resource
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
import numpy.typing as npt
import soxr
from av.error import FFmpegError

from app.domain.guidance_audio import MAX_DURATION_MS, TELEPHONE_RATE_HZ

Samples = npt.NDArray[np.float32]

CPU_S = 60
MEMORY_BYTES = 1 << 30
# What browsers record and people have. No playlists and no other format that names further files.
DEMUXERS = "wav,w64,aiff,au,mp3,aac,flac,ogg,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,caf,amr,asf"
OPTIONS = {"format_whitelist": DEMUXERS, "protocol_whitelist": "none", "enable_drefs": "0"}

MAX_SAMPLES = MAX_DURATION_MS * TELEPHONE_RATE_HZ // 1000
MAX_CHANNELS = 64
RATES_HZ = range(1000, 768_001)
MAX_FAULTS = 1000

# Speech at -20 dB below full scale is about as loud as people are on the telephone.
LOUDNESS_DB = -20.0
LOUDEST_DB = -1.0
MAX_GAIN_DB = 30.0
SILENCE_DB = -70.0
BLOCK = TELEPHONE_RATE_HZ * 4 // 10
GATE_DB = 10.0  # blocks so far below the mean are pauses, not speech (as in EBU R 128)


class Refused(Exception):
    """The code of what is wrong with the file."""


def main(original: str, converted: str) -> int:
    _limit()
    try:
        size = max(1, Path(original).stat().st_size)
        with Path(original).open("rb") as file, Path(f"{converted}.raw").open("w+b") as raw:
            for piece in _telephone(_frames(file, size)):
                raw.write(piece.tobytes())
            _write(converted, raw)
    except Refused as refused:
        _say(f"problem {refused}")
        return 1
    except (FFmpegError, ValueError, EOFError, OverflowError):
        _say("problem audio_unreadable")
        return 1
    return 0


def _limit() -> None:
    os.nice(10)  # calls come first
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_SAMPLES * _NOTHING.itemsize,) * 2)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _frames(file: BinaryIO, size: int) -> Iterator[Any]:
    """The decoded frames of the first sound track. Damaged pieces are left out."""
    with av.open(file, "r", options=OPTIONS, metadata_errors="ignore") as container:
        if not container.streams.audio:
            raise Refused("audio_unreadable")
        stream = container.streams.audio[0]
        stream.codec_context.thread_count = 1
        faults, told = 0, 0
        packets = iter(container.demux(stream))
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                yield from packet.decode()
            except (FFmpegError, ValueError):
                faults += 1
                if faults > MAX_FAULTS:
                    raise
            percent = min(99, file.tell() * 100 // size)
            if percent > told:
                told = percent
                _say(f"progress {told}")


def _telephone(frames: Iterator[Any]) -> Iterator[Samples]:
    """One channel at the telephone's rate. soxr's low-pass keeps what is above 4 kHz from folding
    back into the voice."""
    count = 0
    for piece in _resampled(frames):
        count += piece.size
        if count >= MAX_SAMPLES:
            raise Refused("audio_too_long")
        yield np.nan_to_num(piece, copy=False, nan=0.0, posinf=0.0, neginf=0.0)


def _resampled(frames: Iterator[Any]) -> Iterator[Samples]:
    rate_hz = 0
    stream: Any = None
    mixer: Any = None
    kind: Any = None
    for frame in frames:
        if frame.sample_rate not in RATES_HZ or len(frame.layout.channels) > MAX_CHANNELS:
            raise Refused("audio_unreadable")
        if kind != (frame.format.name, frame.layout.name, frame.sample_rate):
            kind = (frame.format.name, frame.layout.name, frame.sample_rate)
            if stream is not None and rate_hz != frame.sample_rate:
                yield stream.resample_chunk(_NOTHING, last=True)
                stream = None
            rate_hz = frame.sample_rate
            mixer = av.AudioResampler(format="flt", layout="mono", rate=rate_hz)
            stream = stream or soxr.ResampleStream(
                rate_hz, TELEPHONE_RATE_HZ, 1, dtype="float32", quality="VHQ"
            )
        frame.pts = None  # time stamps of recordings jump; every sample there is is played
        for mixed in mixer.resample(frame):
            yield stream.resample_chunk(mixed.to_ndarray().reshape(-1))
    if stream is None:
        raise Refused("audio_unreadable")
    yield stream.resample_chunk(_NOTHING, last=True)


_NOTHING: Samples = np.zeros(0, dtype=np.float32)


def _write(path: str, raw: BinaryIO) -> None:
    """As loud as speech should be; peaks that stand out are rounded off, not clipped.

    The raw samples are read again and again, a block at a time: a process that held them would take
    many times their size.
    """
    centre = _centre(raw)
    loudness_db = _loudness_db(raw, centre)
    if loudness_db < SILENCE_DB:
        raise Refused("audio_silent")
    gain = np.float32(10 ** (min(LOUDNESS_DB - loudness_db, MAX_GAIN_DB) / 20))
    ceiling = 10 ** (LOUDEST_DB / 20)
    with wave.open(path, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(TELEPHONE_RATE_HZ)
        for block in _blocks(raw):
            tamed = _rounded((block - centre) * gain, ceiling)
            sound.writeframesraw(np.round(tamed * 32767).astype("<i2").tobytes())


def _blocks(raw: BinaryIO) -> Iterator[Samples]:
    raw.seek(0)
    while content := raw.read(BLOCK * _NOTHING.itemsize):
        yield np.frombuffer(content, dtype=np.float32)


def _centre(raw: BinaryIO) -> np.float32:
    count, total = 0, 0.0
    for block in _blocks(raw):
        count += block.size
        total += float(block.sum(dtype=np.float64))
    return np.float32(total / max(1, count))


def _rounded(samples: Samples, ceiling: float) -> Samples:
    """Nothing is above the ceiling: from half of it on, the curve bends towards it."""
    knee = ceiling / 2
    over = np.maximum(np.abs(samples) - knee, 0.0)
    bent = knee + (ceiling - knee) * np.tanh(over / (ceiling - knee))
    return np.where(over > 0, np.sign(samples) * bent, samples).astype(np.float32)


def _loudness_db(raw: BinaryIO, centre: np.float32) -> float:
    """The mean power of what is said, without the pauses, in dB below full scale."""
    powers = [np.square(block - centre, dtype=np.float64).sum() / BLOCK for block in _blocks(raw)]
    power = np.array(powers)
    heard = power[power >= 10 ** (SILENCE_DB / 10)]
    if not heard.size:
        return float("-inf")
    said = heard[heard >= heard.mean() / 10 ** (GATE_DB / 10)]
    return float(10 * np.log10(said.mean()))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
