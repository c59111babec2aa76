"""What handsets show badly in the text of an SMS: told beside the text, never forbidden."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from app.domain import sms_text
from app.domain.carriers import Carrier

_MOST_SHOWN = 10


class Fault(StrEnum):
    """Why a character may be shown badly; in the order in which it is told."""

    BROKEN = "broken"
    HALF_WIDTH_KANA = "half_width_kana"
    MACHINE_DEPENDENT = "machine_dependent"
    COMBINING = "combining"
    INVISIBLE = "invisible"
    EMOJI = "emoji"
    EMOJI_SPLIT = "emoji_split"
    UNUSUAL = "unusual"


class TextWarning(NamedTuple):
    """`found` are the characters, each once, ten at most; what can't be seen as U+200B."""

    fault: Fault
    found: tuple[str, ...]


# Rows of the Windows character set that are not in JIS X 0208: NEC's special characters, IBM's
# extensions in both of their places, and between them what each machine defines for itself.
# Source: the index of Shift_JIS at encoding.spec.whatwg.org.
_DEPENDENT_LEADS = {0x87, 0xED, 0xEE, *range(0xF0, 0xFD)}
# In JIS X 0208, but Unicode has two of each and Python's cp932 knows the other one.
_SAME_LOOKING = "〜−‖¢£¬—"
_HARMLESS = f"{_SAME_LOOKING}\u200d\ufe0e\ufe0f"  # the latter only stand in emoji
_UNSEEN = {Fault.BROKEN, Fault.COMBINING, Fault.INVISIBLE}
_BY_RANGE = (
    (Fault.BROKEN, re.compile("[\ud800-\udfff\ufffd]")),
    (Fault.HALF_WIDTH_KANA, re.compile("[\uff61-\uff9f]")),
    (Fault.COMBINING, re.compile("[\u0300-\u036f\u3099\u309a]")),
    (
        Fault.EMOJI,
        re.compile(
            "[\u20e3\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001fbff"
            "\U000e0020-\U000e007f]"
        ),
    ),
    (
        Fault.INVISIBLE,
        re.compile(
            "[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u205f-\u206f\ufeff]"
        ),
    ),
)
# What belongs to the character before it, so that a cut in front of it takes the emoji apart.
_GOES_ON = re.compile("[\u200d\u20e3\u3099\u309a\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")


def warnings(text: str) -> tuple[TextWarning, ...]:
    """What may be shown badly in the text as sent, by fault. Empty for plain Japanese."""
    found: dict[Fault, list[str]] = {fault: [] for fault in Fault}
    for character in dict.fromkeys(text):
        fault = fault_of(character)
        if fault:
            found[fault].append(_shown(character, fault))
    found[Fault.EMOJI_SPLIT] = _taken_apart(text)
    return tuple(
        TextWarning(fault, tuple(characters[:_MOST_SHOWN]))
        for fault, characters in found.items()
        if characters
    )


def _shown(character: str, fault: Fault) -> str:
    return f"U+{ord(character):04X}" if fault in _UNSEEN else character


def fault_of(character: str) -> Fault | None:
    """What is wrong with one character wherever it stands; None for what every handset shows."""
    if character == "\n" or " " <= character <= "~" or character in _HARMLESS:
        return None
    lead = _windows_lead(character)
    if lead in _DEPENDENT_LEADS:
        return Fault.MACHINE_DEPENDENT
    if lead:
        return None
    faults = (fault for fault, characters in _BY_RANGE if characters.match(character))
    return next(faults, Fault.UNUSUAL)


def _windows_lead(character: str) -> int:
    """The first byte in the Windows character set, 0 where the character is not in it."""
    try:
        encoded = character.encode("cp932")
    except UnicodeEncodeError:
        return 0
    return encoded[0] if len(encoded) == 2 else 0


def _taken_apart(text: str) -> list[str]:
    """The emoji that some carrier's split cuts in two, each once."""
    apart: dict[str, None] = {}
    for carrier in Carrier:
        end = 0
        for part in sms_text.parts_of_text(text, carrier)[:-1]:
            end += len(part)
            before, after = text[end - 1], text[end]
            if before == "\u200d" or _GOES_ON.match(after) or _is_within_flag(text, end):
                apart[(before + after).strip("\u200d")] = None
    return list(apart)


def _is_within_flag(text: str, index: int) -> bool:
    """A flag is two letters: an odd number of them before the cut, and one behind."""
    before = re.search(rf"{_FLAG_LETTER.pattern}*\Z", text[:index])
    return bool(before and len(before[0]) % 2 and _FLAG_LETTER.match(text[index]))
