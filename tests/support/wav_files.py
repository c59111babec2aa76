"""WAV files made by hand, right and wrong."""

from __future__ import annotations

import struct

MULAW = 7
PCM = 1
SILENCE = b"\xff"  # in μ-law


def chunk(name: bytes, content: bytes, length: int | None = None) -> bytes:
    """`length` is what its header says, where that is not the truth."""
    said = len(content) if length is None else length
    return struct.pack("<4sI", name, said) + content + b"\0" * (len(content) % 2)


def format_chunk(
    tag: int = MULAW, channels: int = 1, rate_hz: int = 8000, bits: int = 8, more: bytes = b""
) -> bytes:
    block = channels * bits // 8 % 2**16
    speed = rate_hz * block % 2**32
    fields = struct.pack("<HHIIHH", tag, channels, rate_hz, speed, block, bits)
    return chunk(b"fmt ", fields + more)


def wav(*chunks: bytes, length: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return struct.pack("<4sI", b"RIFF", len(body) if length is None else length) + body


def mulaw_wav(samples: int = 8000) -> bytes:
    """Fulfils every condition; it is silent."""
    return wav(format_chunk(more=b"\0\0"), chunk(b"data", SILENCE * samples))
