"""What a guidance file must be to be used as it is: WAV, 8 kHz, μ-law, mono, under 50 MB and under
5 minutes.

Judged from the file's chunk headers alone, each checked against the bytes that are really there.
The format: "Multimedia Programming Interface and Data Specifications 1.0" (IBM and Microsoft, 1991)
and RFC 2361, appendix A, for the format tags.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.domain.refusals import Refusal

MAX_BYTES = 50 * 1024 * 1024
MAX_DURATION_MS = 5 * 60 * 1000
TELEPHONE_RATE_HZ = 8000

ReadAt = Callable[[int, int], bytes]
"""(offset, count) → the bytes there, fewer where the file ends."""

_MAX_CHUNKS = 1000  # a real file has a handful; a made-up one has millions of empty ones
_MULAW = 7
_EXTENSIBLE = 0xFFFE
_LONGEST_FORMAT = 40
_ENCODINGS = {
    1: "PCM",
    2: "MS ADPCM",
    3: "IEEE float",
    6: "A-law",
    _MULAW: "μ-law",
    0x11: "IMA ADPCM",
    0x31: "GSM 6.10",
    0x55: "MP3",
    0xFF: "AAC",
    _EXTENSIBLE: "WAVE_FORMAT_EXTENSIBLE",
}
_WITH_BIT_DEPTH = (1, 3)
_KINDS = (
    (0, b"RIFX", "RIFX"),
    (0, b"RF64", "RF64"),
    (0, b"ID3", "MP3"),
    (0, b"OggS", "Ogg"),
    (0, b"fLaC", "FLAC"),
    (0, b"\x1aE\xdf\xa3", "WebM"),
    (4, b"ftyp", "MP4 / m4a"),
    (0, b"FORM", "AIFF"),
    (0, b".snd", "AU"),
)


@dataclass(frozen=True)
class Sound:
    """Where the samples of a file stand that fulfils every condition: one byte each."""

    offset: int
    samples: int

    @property
    def duration_ms(self) -> int:
        return round(self.samples * 1000 / TELEPHONE_RATE_HZ)


@dataclass(frozen=True)
class Verdict:
    """`problems` names every condition that is broken, with what was found; `sound` is there when
    none is."""

    problems: tuple[Refusal, ...]
    sound: Sound | None = None


@dataclass(frozen=True)
class _Format:
    tag: int
    channels: int
    rate_hz: int
    bytes_per_second: int
    block_bytes: int
    bits: int
    inner_tag: int = 0

    @property
    def encoding(self) -> str:
        tag = self.inner_tag or self.tag
        name = _ENCODINGS.get(tag, f"0x{tag:04X}")
        known = f"{name} {self.bits} bit" if tag in _WITH_BIT_DEPTH else name
        return f"{known} (WAVE_FORMAT_EXTENSIBLE)" if self.inner_tag else known


class _Broken(Exception):
    """The file contradicts itself, or ends too early."""


def judge(read_at: ReadAt, size: int) -> Verdict:
    """Whether the file of `size` bytes can be used as it is."""
    head = read_at(0, 12)
    if not size:
        return Verdict((Refusal("audio_empty"),))
    too_large = (Refusal("audio_too_large"),) if size >= MAX_BYTES else ()
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return Verdict((*too_large, _not_wav(head)))
    try:
        form, offset, data_bytes = _chunks(read_at, size)
    except _Broken:
        return Verdict((*too_large, Refusal("audio_broken")))
    problems = (*too_large, *_broken_conditions(form, data_bytes))
    return Verdict(problems, None if problems else Sound(offset, data_bytes))


def _not_wav(head: bytes) -> Refusal:
    for offset, mark, kind in _KINDS:
        if head[offset : offset + len(mark)] == mark:
            return Refusal("audio_not_wav", found=kind)
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:  # an MPEG layer III frame
        return Refusal("audio_not_wav", found="MP3")
    return Refusal("audio_unknown_kind")


def _chunks(read_at: ReadAt, size: int) -> tuple[_Format, int, int]:
    """The format, and where the samples begin and how many bytes they have."""
    end = 8 + struct.unpack("<I", read_at(4, 4))[0]
    if end > size + 1:  # some writers count a last padding byte that they do not write
        raise _Broken
    form: _Format | None = None
    data: tuple[int, int] | None = None
    at = 12
    for _ in range(_MAX_CHUNKS):
        if at + 8 > min(end, size):
            break
        name, length = struct.unpack("<4sI", read_at(at, 8))
        at += 8
        if at + length > min(end, size):
            raise _Broken
        if name == b"fmt ":
            if form is not None or length < 16:
                raise _Broken
            form = _format(read_at(at, min(length, _LONGEST_FORMAT)))
        elif name == b"data":
            if data is not None or form is None:  # the format must come before the data
                raise _Broken
            data = at, length
        at += length + length % 2
    else:
        raise _Broken
    if form is None or data is None or form.channels == 0 or form.rate_hz == 0:
        raise _Broken
    return form, *data


def _format(fields: bytes) -> _Format:
    form = _Format(*struct.unpack("<HHIIHH", fields[:16]))
    if form.tag == _EXTENSIBLE and len(fields) == _LONGEST_FORMAT:
        return replace(form, inner_tag=struct.unpack("<H", fields[24:26])[0])
    return form


def _broken_conditions(form: _Format, data_bytes: int) -> list[Refusal]:
    problems = []
    if form.rate_hz != TELEPHONE_RATE_HZ:
        problems.append(Refusal("audio_rate", found=f"{form.rate_hz / 1000:g}"))
    if form.tag != _MULAW:
        problems.append(Refusal("audio_encoding", found=form.encoding))
    if form.channels != 1:
        problems.append(Refusal("audio_channels", found=form.channels))
    if not data_bytes:
        problems.append(Refusal("audio_empty"))
    elif (duration_ms := _duration_ms(form, data_bytes)) >= MAX_DURATION_MS:
        found = f"{duration_ms // 60_000}:{duration_ms // 1000 % 60:02d}"
        problems.append(Refusal("audio_too_long", found=found))
    if form.tag == _MULAW and (
        form.bits != 8
        or form.block_bytes != form.channels
        or form.bytes_per_second != form.rate_hz * form.channels
    ):
        problems.append(Refusal("audio_broken"))
    return problems


def _duration_ms(form: _Format, data_bytes: int) -> int:
    """Of μ-law one byte is one sample; of others the header's own word is taken."""
    bytes_per_second = form.rate_hz * form.channels if form.tag == _MULAW else form.bytes_per_second
    return data_bytes * 1000 // bytes_per_second if bytes_per_second else 0
