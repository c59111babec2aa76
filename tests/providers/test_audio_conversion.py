"""Any common audio file becomes what a telephone plays, and no file harms the worker."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
import wave
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from app.domain.refusals import Refusal
from app.providers import audio_conversion
from app.providers.audio_conversion import TelephoneSound, convert
from tests.support.wav_files import PCM, chunk, format_chunk, mulaw_wav, wav

pytestmark = pytest.mark.slow

Samples = np.ndarray[Any, np.dtype[np.float64]]
SECONDS = 3
# What people have, and what Chrome (webm) and Safari (fragmented mp4) record.
FORMATS = {
    "mp3": ("mp3", "libmp3lame", {}),
    "m4a": ("mp4", "aac", {}),
    "safari": ("mp4", "aac", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
    "ogg": ("ogg", "libopus", {}),
    "webm": ("webm", "libopus", {"live": "1"}),
    "flac": ("flac", "flac", {}),
    "wav": ("wav", "pcm_s24le", {}),
    "float": ("wav", "pcm_f32le", {}),
}


def tone(*frequencies: float, rate_hz: int = 48_000, seconds: float = SECONDS) -> Samples:
    times = np.arange(int(rate_hz * seconds)) / rate_hz
    return np.sum([np.sin(2 * np.pi * hz * times) for hz in frequencies], axis=0) * 0.1


def encoded(samples: Samples, kind: str, *, rate_hz: int = 48_000, layout: str = "stereo") -> bytes:
    container, codec, options = FORMATS[kind]
    file = io.BytesIO()
    with av.open(file, "w", format=container, options=options) as out:
        stream: Any = out.add_stream(codec, rate=rate_hz)
        stream.layout = layout
        channels = len(stream.layout.channels)
        planes = np.tile(samples.astype("float32"), (channels, 1))
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=layout)
        frame.sample_rate = rate_hz
        fitting = av.AudioResampler(
            format=stream.codec_context.format,
            layout=layout,
            rate=rate_hz,
            frame_size=stream.codec_context.frame_size or 1024,
        )
        for part in [*fitting.resample(frame), *fitting.resample(None)]:
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return file.getvalue()


def heard(sound: TelephoneSound) -> Samples:
    with wave.open(io.BytesIO(sound.wav)) as file:
        assert file.getparams()[:3] == (1, 2, 8000)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32767


def converted(content: bytes) -> TelephoneSound:
    return convert([content], lambda _percent: None)


def power_at(samples: Samples, hz: float) -> float:
    """In dB, against the loudest frequency."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    frequencies = np.fft.rfftfreq(samples.size, 1 / 8000)
    near = spectrum[np.abs(frequencies - hz) < 20].max()
    return float(20 * np.log10(near / spectrum.max() + 1e-9))


@pytest.mark.parametrize("kind", FORMATS)
def test_common_files_are_converted(kind: str) -> None:
    sound = converted(encoded(tone(1000), kind))
    samples = heard(sound)
    assert abs(sound.duration_ms - SECONDS * 1000) < 100
    assert sound.duration_ms == round(samples.size / 8)
    assert power_at(samples, 1000) > -0.1
    assert power_at(samples, 2000) < -30


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 16_000, 22_050, 44_100, 96_000, 192_000])
def test_every_rate_ends_as_the_telephones(rate_hz: int) -> None:
    samples = heard(converted(encoded(tone(440, rate_hz=rate_hz), "wav", rate_hz=rate_hz)))
    assert abs(samples.size - SECONDS * 8000) <= 8
    assert power_at(samples, 440) > -0.1


def test_what_a_telephone_cannot_carry_does_not_fold_back() -> None:
    """5 and 6 kHz would be heard at 3 and 2 kHz without a low-pass."""
    samples = heard(converted(encoded(tone(1000, 5000, 6000), "wav")))
    assert power_at(samples, 3000) < -70
    assert power_at(samples, 2000) < -70


@pytest.mark.parametrize("factor", [0.02, 0.3, 9.0])
def test_loud_and_soft_are_made_alike(factor: float) -> None:
    speech = tone(300, 700) * (1 + np.sin(np.linspace(0, 60, SECONDS * 48_000))) * factor
    samples = heard(converted(encoded(speech, "float")))
    loudness_db = 10 * np.log10((samples**2).mean())
    assert -24 < loudness_db < -18
    assert np.abs(samples).max() < 0.9


def test_both_sides_of_a_stereo_file_are_heard() -> None:
    left, right = tone(500), tone(900)
    both = (np.stack([left, right]).T * 32767).astype("<i2").tobytes()
    samples = heard(converted(wav(format_chunk(PCM, 2, 48_000, 16), chunk(b"data", both))))
    assert power_at(samples, 500) > -1
    assert power_at(samples, 900) > -1


def test_progress_grows() -> None:
    told: list[int] = []
    content = encoded(tone(1000, seconds=30), "wav")
    pieces = [content[i : i + 100_000] for i in range(0, len(content), 100_000)]
    assert convert(pieces, told.append).duration_ms == 30_000
    assert told == sorted(set(told))
    assert len(told) > 5
    assert told[-1] < 100


def test_the_same_file_gives_the_same_bytes() -> None:
    content = encoded(tone(1000), "flac")
    assert converted(content) == converted(content)


def test_a_file_of_five_minutes_is_too_long() -> None:
    with pytest.raises(Refusal, match="audio_too_long"):
        converted(mulaw_wav(5 * 60 * 8000))
    assert (
        converted(mulaw_wav(5 * 60 * 8000 - 8)[:-8000] + b"\x00\x80" * 4000).duration_ms > 299_000
    )


def test_ten_hours_in_a_small_file_are_refused_soon() -> None:
    small = encoded(tone(1000, rate_hz=8000, seconds=400) * 0, "flac", rate_hz=8000)
    assert len(small) < 100_000
    with pytest.raises(Refusal, match="audio_too_long"):
        converted(small)


MEASURED = """
import re, sys
from pathlib import Path
from app.providers import audio_decoder
status = audio_decoder.main(*sys.argv[1:])
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
print(status, int(peak) // 1024)
"""


@pytest.mark.parametrize("rate_hz", [42_000, 768_000])
def test_the_decoder_stays_below_a_hundred_megabytes(tmp_path: Path, rate_hz: int) -> None:
    """The largest file there can be: at 42 kHz in stereo it is 4:57 long."""
    noise = np.random.default_rng(1).integers(-9000, 9000, 12_490_000, dtype="<i2").tobytes()
    original = tmp_path / "original"
    original.write_bytes(wav(format_chunk(PCM, 2, rate_hz, 16), chunk(b"data", noise * 2)))
    assert original.stat().st_size > 49_900_000
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(original), str(tmp_path / "telephone.wav")],
        cwd=audio_conversion._ROOT,
        env={"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    status, peak_mb = done.stdout.splitlines()[-1].split()
    assert status == "0"
    assert int(peak_mb) < 100


SECRET = Path("/etc/passwd")
PLAYLIST = f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{SECRET}\n#EXT-X-ENDLIST\n"
HOSTILE = {
    "nothing": b"",
    "noise": random.Random(1).randbytes(20_000),
    "text": "こんにちは".encode() * 100,
    "playlist": PLAYLIST.encode(),
    "list of files": f"ffconcat version 1.0\nfile {SECRET}\n".encode(),
    "session description": b"v=0\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "header alone": encoded(tone(1), "flac")[:60],
    "mislabelled": b"RIFF\xff\xff\xff\xffWAVEfmt " + b"\xff" * 200,
    "a rate of gigahertz": wav(
        chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 2**31 - 1, 2**32 - 1, 2, 16)),
        chunk(b"data", bytes(2000)),
    ),
    "thousands of channels": wav(
        chunk(b"fmt ", struct.pack("<HHIIHH", 1, 30_000, 8000, 2**32 - 1, 60_000, 16)),
        chunk(b"data", bytes(600_000)),
    ),
    "no samples": wav(format_chunk(), chunk(b"data", b"")),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_sound_is_refused(name: str) -> None:
    with pytest.raises(Refusal, match="audio_unreadable"):
        converted(HOSTILE[name])


def test_silence_is_refused() -> None:
    with pytest.raises(Refusal, match="audio_silent"):
        converted(mulaw_wav(20_000))


def test_a_cut_file_is_used_as_far_as_it_goes() -> None:
    content = encoded(tone(1000), "mp3")
    assert 1000 < converted(content[: len(content) // 2]).duration_ms < 2000


def test_a_decoder_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_conversion, "LONGEST_RUN_S", 0.01)
    with pytest.raises(Refusal, match="audio_too_hard"):
        converted(encoded(tone(1000), "mp3"))


def test_a_decoder_that_breaks_down_is_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_conversion, "_DECODER", "no.such.program")
    with pytest.raises(Refusal, match="audio_too_hard"):
        converted(encoded(tone(1000), "mp3"))


@pytest.mark.parametrize("kind", ["mp3", "safari", "webm", "flac", "ogg", "wav"])
def test_spoilt_files_are_converted_or_refused(kind: str) -> None:
    dice = random.Random(kind)
    whole = encoded(tone(500, 1200), kind)
    for _ in range(25):
        content = bytearray(whole)
        for _ in range(dice.choice([1, 5, 50, 500])):
            content[dice.randrange(len(content))] = dice.randrange(256)
        cut = bytes(content[: dice.choice([len(content), dice.randrange(len(content))])])
        with suppress(Refusal):
            sound = converted(cut)
            assert 0 < sound.duration_ms <= 300_000
            assert np.abs(heard(sound)).max() < 0.9
