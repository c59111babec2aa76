"""What a guidance file must be, and what is said of one that is not (SPEC §6)."""

from __future__ import annotations

import re
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.domain.guidance_audio import MAX_BYTES, Sound, Verdict, judge
from tests.support.wav_files import MULAW, PCM, SILENCE, chunk, format_chunk, mulaw_wav, wav

FIVE_MINUTES = 5 * 60 * 8000
EXTENSIBLE = struct.pack("<HHIH14s", 22, 8, 4, MULAW, bytes(14))


def judged(content: bytes) -> Verdict:
    return judge(lambda offset, count: content[offset : offset + count], len(content))


def problems(content: bytes) -> list[str]:
    return [str(problem) for problem in judged(content).problems]


def test_a_file_that_fulfils_every_condition() -> None:
    verdict = judged(mulaw_wav(12_000))
    assert verdict.problems == ()
    assert verdict.sound == Sound(offset=46, samples=12_000)
    assert verdict.sound.duration_ms == 1500


def test_every_broken_condition_is_named_with_what_was_found() -> None:
    music = wav(format_chunk(PCM, 2, 44_100, 16), chunk(b"data", bytes(44_100 * 4 * 301)))
    assert problems(music) == [
        "audio_too_large",
        "audio_rate (found=44.1)",
        "audio_encoding (found=PCM 16 bit)",
        "audio_channels (found=2)",
        "audio_too_long (found=5:01)",
    ]
    assert judged(music).sound is None


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (wav(format_chunk(6), chunk(b"data", b"x")), "audio_encoding (found=A-law)"),
        (wav(format_chunk(PCM), chunk(b"data", b"x")), "audio_encoding (found=PCM 8 bit)"),
        (wav(format_chunk(0x55), chunk(b"data", b"x")), "audio_encoding (found=MP3)"),
        (wav(format_chunk(0xABC), chunk(b"data", b"x")), "audio_encoding (found=0x0ABC)"),
        (
            wav(format_chunk(0xFFFE, more=EXTENSIBLE), chunk(b"data", b"x")),
            "audio_encoding (found=μ-law (WAVE_FORMAT_EXTENSIBLE))",
        ),
        (wav(format_chunk(rate_hz=11_025), chunk(b"data", b"x")), "audio_rate (found=11.025)"),
        (wav(format_chunk(channels=6), chunk(b"data", b"xxxxxx")), "audio_channels (found=6)"),
        (wav(format_chunk(), chunk(b"data", b"")), "audio_empty"),
        (b"", "audio_empty"),
        (b"ID3\x04\0\0\0\0\0\0\0\0\0", "audio_not_wav (found=MP3)"),
        (b"\xff\xfb\x90\x64" + bytes(100), "audio_not_wav (found=MP3)"),
        (b"RIFX" + mulaw_wav()[4:], "audio_not_wav (found=RIFX)"),
        (b"RF64" + mulaw_wav()[4:], "audio_not_wav (found=RF64)"),
        (b"OggS" + bytes(50), "audio_not_wav (found=Ogg)"),
        (b"fLaC" + bytes(50), "audio_not_wav (found=FLAC)"),
        (b"\x1aE\xdf\xa3" + bytes(50), "audio_not_wav (found=WebM)"),
        (b"\0\0\0\x20ftypM4A " + bytes(50), "audio_not_wav (found=MP4 / m4a)"),
        (b"%PDF-1.7" + bytes(50), "audio_unknown_kind"),
        (b"R", "audio_unknown_kind"),
        (b"RIFF\x04\0\0\0AVI ", "audio_unknown_kind"),
        (mulaw_wav()[:-1], "audio_broken"),  # truncated
        (mulaw_wav()[:40], "audio_broken"),
        (mulaw_wav()[:12], "audio_broken"),
        (wav(format_chunk(), chunk(b"data", b"x" * 9, 2**32 - 1)), "audio_broken"),
        (wav(format_chunk(), chunk(b"data", b"x" * 9), length=2**32 - 1), "audio_broken"),
        (wav(format_chunk(), chunk(b"data", b"x" * 9), length=20), "audio_broken"),
        (
            wav(format_chunk(), chunk(b"LIST", b"x" * 9, 2**31), chunk(b"data", b"x")),
            "audio_broken",
        ),
        (wav(chunk(b"fmt ", b"short"), chunk(b"data", b"x")), "audio_broken"),
        (wav(format_chunk()), "audio_broken"),
        (wav(chunk(b"data", b"x")), "audio_broken"),
        (wav(format_chunk(), format_chunk(), chunk(b"data", b"x")), "audio_broken"),
        (wav(format_chunk(), chunk(b"data", b"x"), chunk(b"data", b"x")), "audio_broken"),
        (wav(chunk(b"data", b"x"), format_chunk()), "audio_broken"),
        (wav(format_chunk(channels=0), chunk(b"data", b"x")), "audio_broken"),
        (wav(format_chunk(bits=16), chunk(b"data", b"xx")), "audio_broken"),
        (
            wav(format_chunk(), chunk(b"junk", b"") * 5000, chunk(b"data", b"x")),
            "audio_broken",
        ),
    ],
)
def test_what_is_refused(content: bytes, found: str) -> None:
    assert problems(content) == [found]


@pytest.mark.parametrize(
    "content",
    [
        wav(format_chunk(), chunk(b"data", b"x")),  # odd, with its padding byte
        wav(format_chunk(), chunk(b"data", b"x"))[:-1],  # and without
        wav(chunk(b"LIST", b"odd"), format_chunk(), chunk(b"fact", b"1234"), chunk(b"data", b"xx")),
        wav(format_chunk(), chunk(b"data", b"xx"), chunk(b"LIST", b"INFOIART")),
        wav(format_chunk(), chunk(b"data", b"xx")) + b"\0\0more",  # after the end of the form
    ],
)
def test_what_writers_do_differently_is_taken(content: bytes) -> None:
    assert problems(content) == []


@pytest.mark.parametrize(
    ("samples", "found"),
    [(FIVE_MINUTES - 1, []), (FIVE_MINUTES, ["audio_too_long (found=5:00)"])],
)
def test_five_minutes_are_too_long(samples: int, found: list[str]) -> None:
    assert problems(mulaw_wav(samples)) == found


@pytest.mark.parametrize(("size", "found"), [(MAX_BYTES - 1, []), (MAX_BYTES, ["audio_too_large"])])
def test_fifty_megabytes_are_too_large(size: int, found: list[str]) -> None:
    small = mulaw_wav()
    verdict = judge(lambda offset, count: small[offset : offset + count], size)
    assert [str(problem) for problem in verdict.problems] == found


def test_only_headers_are_read() -> None:
    content = wav(chunk(b"junk", bytes(3_000_000)), format_chunk(), chunk(b"data", SILENCE * 8000))
    read: list[int] = []

    def read_at(offset: int, count: int) -> bytes:
        read.append(count)
        return content[offset : offset + count]

    assert judge(read_at, len(content)).sound
    assert sum(read) < 100


@st.composite
def odd_files(draw: st.DrawFn) -> bytes:
    """Nearly right files, put together from right and wrong pieces, then cut and spoilt."""
    tags = st.sampled_from([MULAW, MULAW, MULAW, PCM, 3, 6, 0x55, 0xFFFE, 0])
    form = format_chunk(
        draw(tags),
        draw(st.sampled_from([1, 1, 1, 2, 0, 65_535])),
        draw(st.sampled_from([8000, 8000, 8000, 16_000, 44_100, 0, 2**31])),
        draw(st.sampled_from([8, 8, 16, 0])),
        draw(st.sampled_from([b"", b"\0\0", EXTENSIBLE])),
    )
    samples = draw(st.integers(0, 400))
    said = draw(st.one_of(st.none(), st.none(), st.sampled_from([0, 1, samples + 1, 2**32 - 1])))
    data = chunk(b"data", SILENCE * samples, said)
    others = [
        chunk(draw(st.sampled_from([b"LIST", b"fact", b"data"])), draw(st.binary(max_size=9)))
    ]
    pieces = [form, data, *draw(st.sampled_from([[], others]))]
    content = bytearray(
        wav(
            *(draw(st.permutations(pieces)) if draw(st.booleans()) else pieces),
            length=draw(st.one_of(st.none(), st.none(), st.integers(0, 2**32 - 1))),
        )
    )
    for _ in range(draw(st.sampled_from([0, 0, 1, 3]))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))])


@settings(max_examples=300, deadline=None)
@given(st.one_of(odd_files(), st.binary(max_size=200)))
def test_every_file_gets_a_verdict(content: bytes) -> None:
    verdict = judged(content)
    assert (verdict.sound is None) == bool(verdict.problems)
    if verdict.sound:
        assert 0 < verdict.sound.samples <= len(content) - verdict.sound.offset


def soxi(path: Path) -> dict[str, str] | None:
    """What another reader says of the file; None where it reads nothing."""
    done = subprocess.run(["soxi", str(path)], capture_output=True, text=True)
    return dict(re.findall(r"^([\w ]+?)\s*: (.*)$", done.stdout, re.M)) or None


@pytest.mark.slow
@settings(
    max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(odd_files())
@example(mulaw_wav(400))
@example(wav(chunk(b"data", SILENCE), format_chunk()))
def test_another_reader_agrees(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.wav"
    path.write_bytes(content)
    verdict, theirs = judged(content), soxi(path)
    codes = {problem.code for problem in verdict.problems}
    if verdict.sound:
        assert theirs is not None
        assert theirs["Sample Rate"] == "8000"
        assert theirs["Channels"] == "1"
        assert theirs["Sample Encoding"] == "8-bit u-law"
        assert f" {verdict.sound.samples} samples" in theirs["Duration"]
    elif theirs and codes <= {"audio_rate", "audio_encoding", "audio_channels"}:
        assert ("audio_rate" in codes) == (theirs["Sample Rate"] != "8000")
        assert ("audio_channels" in codes) == (theirs["Channels"] != "1")
        extensible = b"\xfe\xff" in content
        assert "audio_encoding" in codes or theirs["Sample Encoding"] == "8-bit u-law"
        assert (
            extensible or "audio_encoding" not in codes or "u-law" not in theirs["Sample Encoding"]
        )


@pytest.mark.parametrize("seconds", [0.1, 3, 299])
def test_what_sox_writes_is_taken(tmp_path: Path, seconds: float) -> None:
    path = tmp_path / "sox.wav"
    made = f"sox -n -r 8000 -c 1 -e mu-law {path} synth {seconds} sine 440".split()
    subprocess.run(made, check=True)
    verdict = judged(path.read_bytes())
    assert verdict.sound is not None
    assert verdict.sound.duration_ms == seconds * 1000
