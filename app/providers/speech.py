"""Japanese speech for the telephone, made on this machine.

Engine: Open JTalk through pyopenjtalk-plus. Voice: HTS Voice "Mei" (mei_normal), © 2009–2013 Nagoya
Institute of Technology, Department of Computer Science (MMDAgent Project Team), licensed under
Creative Commons Attribution 3.0 (https://creativecommons.org/licenses/by/3.0/).
"""

import contextlib
import hashlib
import io
import re
import threading
import unicodedata
import wave
from dataclasses import dataclass, field
from importlib.metadata import version

import numpy as np
import numpy.typing as npt
import soxr

from app.domain.refusals import Refusal

# It prints advice on an optional model to stdout when imported.
with contextlib.redirect_stdout(io.StringIO()):
    import pyopenjtalk

TELEPHONE_RATE_HZ = 8000

# The engine answers on the scale of 16-bit samples with peaks of 20,000 to 85,000. Halved, speech
# is about as loud as people are on the telephone; what is still above the ceiling is turned down.
_GAIN = 0.5
_CEILING = 0.9 * 32767

# One engine for the process; its C state does not bear two texts at once.
_ENGINE = threading.Lock()

# Said as words, because the engine leaves them out without a word of warning.
_SPOKEN = str.maketrans(
    {
        "#": "シャープ",
        "*": "こめじるし",
        "&": "アンド",
        "+": "プラス",
        "=": "イコール",
        "@": "アットマーク",
    }
)
_SPOKEN_IN_ADDRESS = str.maketrans(
    {
        ".": "ドット",
        "/": "スラッシュ",
        "-": "ハイフン",
        "_": "アンダーバー",
        "@": "アットマーク",
        ":": "コロン",
        "?": "クエスチョン",
        "~": "チルダ",
    }
)
_ADDRESS = re.compile(
    r"https?://[!-~]+|(?:[A-Za-z0-9._%+-]+@)?(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?:/[!-~]*)?",
    re.IGNORECASE,
)
_YEN = re.compile(r"[¥￥]\s*([0-9][0-9,]*)")
_CLOCK_TIME = re.compile(r"(?<![0-9:])([0-9]{1,2}):([0-5][0-9])(?![0-9:])")
_NUMBER_RANGE = re.compile(r"(?<=[0-9時分日月年円%])\s*[~〜]\s*(?=[0-9])")
# Emoji and their joiners, dingbats, control characters, private use.
_SILENT_CATEGORIES = frozenset({"So", "Sk", "Me", "Cf", "Co", "Cn", "Cs", "Cc"})
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f]")


@dataclass(frozen=True)
class RenderedSpeech:
    """A WAV file (8 kHz, 16-bit PCM, mono), the sha256 of its bytes in hex and its length."""

    wav: bytes = field(repr=False)
    hash: str
    duration_ms: int


class SpeechEngine:
    """Says Japanese text. The same text gives the same bytes, in every process of one release."""

    name = f"mei-{version('pyopenjtalk-plus')}-1"
    """Changes whenever the same text would sound different: count up the last number with it."""

    def __init__(self, *, heard_by_callers: bool = True) -> None:
        self.heard_by_callers = heard_by_callers

    def render(self, text: str) -> RenderedSpeech:
        """The text as it will sound on the telephone; takes about 30 ms a second of speech.

        Raises Refusal("speech_silent") for a text in which there is nothing to say.
        """
        words = spoken_text(text)
        if not any(map(_has_sound, words)):
            raise Refusal("speech_silent")
        with _ENGINE:
            samples, rate_hz = pyopenjtalk.tts(words)
        if samples.size == 0 or not samples.any():
            raise Refusal("speech_silent")
        return _rendered(_telephone_samples(samples, rate_hz))


def spoken_text(text: str) -> str:
    """The text with everything spelled out that the engine would pass over in silence."""
    plain = _VARIATION_SELECTORS.sub("", unicodedata.normalize("NFKC", text))
    plain = _YEN.sub(r"\1円", plain)
    plain = _CLOCK_TIME.sub(_spoken_time, plain)
    plain = _NUMBER_RANGE.sub("から", plain)
    plain = _ADDRESS.sub(lambda found: _spoken_address(found[0]), plain)
    plain = re.sub(r"\s*[\r\n]+\s*", "、", plain.strip())
    return "".join(map(_audible, plain)).translate(_SPOKEN)


def _spoken_time(time: re.Match[str]) -> str:
    hour, minute = map(int, time.groups())
    return f"{hour}時{minute}分" if minute else f"{hour}時"


def _spoken_address(address: str) -> str:
    """A web or mail address, without the parts that nobody says."""
    bare = re.sub(r"^https?://", "", address, flags=re.IGNORECASE)
    return bare.rstrip("/.,;:!?").translate(_SPOKEN_IN_ADDRESS)


def _has_sound(character: str) -> bool:
    """A letter, kana, kanji, digit or 〒; a lone ー only lengthens what is not there."""
    return character == "〒" or (character.isalnum() and character != "ー")


def _audible(character: str) -> str:
    """The character, nothing for one that is only seen, and é as e: the engine skips accents."""
    if character != "〒" and unicodedata.category(character) in _SILENT_CATEGORIES:
        return ""
    letter = unicodedata.normalize("NFD", character)[0]
    return letter if letter.isascii() else character


def _telephone_samples(samples: npt.NDArray[np.float64], rate_hz: int) -> npt.NDArray[np.int16]:
    """Down to the telephone's rate, through a low-pass that keeps what is above 4 kHz from folding
    back into the voice."""
    slow = soxr.resample(samples * _GAIN, rate_hz, TELEPHONE_RATE_HZ, quality="VHQ")
    peak = float(np.abs(slow).max())
    if peak > _CEILING:
        slow = slow * (_CEILING / peak)
    return np.asarray(np.round(slow), dtype="<i2")


def _rendered(samples: npt.NDArray[np.int16]) -> RenderedSpeech:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(TELEPHONE_RATE_HZ)
        sound.writeframes(samples.tobytes())
    wav = file.getvalue()
    return RenderedSpeech(
        wav=wav,
        hash=hashlib.sha256(wav).hexdigest(),
        duration_ms=round(samples.size * 1000 / TELEPHONE_RATE_HZ),
    )
