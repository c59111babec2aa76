"""How words are said where the voice would guess wrong: 「読み方」, in katakana."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from app.domain.one_line import one_line
from app.domain.refusals import Refusal

MAX_WRITTEN = 50
MAX_READING = 100
MAX_PER_ACCOUNT = 200

_KATAKANA = re.compile("[ァ-ヴー・]*[ァ-ヴ][ァ-ヴー・]*")
_HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}


def apply_readings(text: str, readings: Mapping[str, str]) -> str:
    """The text with each written word replaced by how it is said.

    The longest word that begins at a place is taken, and what was put in is not read again.
    """
    if not readings:
        return text
    longest_first = sorted(readings, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), lambda word: readings[word[0]], text)


def tidy_written(text: str) -> str:
    """The word as it is looked for. Raises Refusal("written_missing" or "written_too_long")."""
    written = one_line(text)
    if not written:
        raise Refusal("written_missing")
    if len(written) > MAX_WRITTEN:
        raise Refusal("written_too_long", longest=MAX_WRITTEN)
    return written


def tidy_reading(text: str) -> str:
    """The reading in full-width katakana; hiragana and half-width kana are turned into it.

    Raises Refusal("reading_not_kana" or "reading_too_long").
    """
    reading = "".join(unicodedata.normalize("NFKC", text).split())
    reading = reading.translate(_HIRAGANA_TO_KATAKANA)
    if not _KATAKANA.fullmatch(reading):
        raise Refusal("reading_not_kana")
    if len(reading) > MAX_READING:
        raise Refusal("reading_too_long", longest=MAX_READING)
    return reading
