"""Phone numbers as callers send them, key them in and as people read them.

Stored form everywhere: E.164 with its plus (`+815030000001`). The rules of the numbering plan are
libphonenumber's, so that 060 mobiles and whatever comes next arrive with an update of it.
"""

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

_JAPAN = "JP"
_JAPAN_CODE = 81

_E164 = re.compile(r"\+?[0-9]{4,15}")
_WRITTEN = re.compile(r"\+?[0-9 ().-]+")
# What Japanese input methods and copied texts put between the groups of a number.
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー﹣ｰ"), "-")
# 0081… is how one dials Japan from most countries, 01081… from Japan itself; the zero of the
# national form is often left in behind the 81.
_KEYED_ABROAD = re.compile(r"(?:\+|00|010)?81(0?[1-9][0-9]{9})")


def _mobile_pattern() -> re.Pattern[str]:
    """libphonenumber's own. Most callers have a mobile, and wait while we look at their number:
    asked alone it takes a fiftieth of the time of the patterns of all kinds of numbers."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(_JAPAN)
    assert metadata is not None
    assert metadata.mobile is not None
    return re.compile(rf"\+{_JAPAN_CODE}(?:{metadata.mobile.national_number_pattern})")


_MOBILE = _mobile_pattern()


def caller_number(raw: str | None) -> str | None:
    """E.164 of a caller from what the provider sent as From (with or without +, or 0…).

    None when the number is withheld: not only for an empty value, because withheld callers arrive
    as words ("anonymous") and as keypad spellings of them ("+266696687"): what is not a number of
    the numbering plan counts as withheld.
    """
    text = (raw or "").strip()
    if not _E164.fullmatch(text):
        return None
    if not text.startswith(("+", "0")):
        text = f"+{text}"
    return text if _MOBILE.fullmatch(text) else _e164(text)


def is_mobile(e164: str) -> bool:
    """Whether an SMS can go there: a Japanese mobile (070, 080, 090, 060).

    0800 is toll-free, 050 is IP telephony and 020 pagers and machines: none takes an SMS.
    """
    return _MOBILE.fullmatch(e164) is not None


def keyed_mobile(digits: str) -> str | None:
    """E.164 of the mobile number that a caller keyed in, or None when it is not one.

    Takes the customary forms: 090…, 8190…, +8190…, 0081 90…, 010 81 90…, 81 090…; with a finishing
    #, with stars, spaces or hyphens between the groups. A number without its leading 0 is not
    taken: it is more often a mistyped one, and the SMS would reach a stranger.
    """
    text = re.sub(r"[\s*-]", "", unicodedata.normalize("NFKC", digits)).rstrip("#")
    abroad = _KEYED_ABROAD.fullmatch(text)
    if abroad:
        text = f"+81{abroad[1].removeprefix('0')}"
    if not _E164.fullmatch(text) or not text.startswith(("+81", "0")):
        return None
    e164 = _e164(text)
    return e164 if e164 is not None and is_mobile(e164) else None


def parse(text: str) -> str | None:
    """E.164 of a number as somebody types it into a form, or None when it is not a number.

    Takes +81…, 0…, 81…, hyphens, brackets and spaces, full width too (`０９０－…`).
    """
    plain = unicodedata.normalize("NFKC", text.translate(_DASHES)).strip().translate(_DASHES)
    return _e164(plain) if _WRITTEN.fullmatch(plain) else None


def from_national_digits(digits: str) -> str:
    """E.164 of a Japanese number stored as digits: `0312345678` → `+81312345678`.

    A rewriting of the form only: whether the number exists was checked when it was stored.
    """
    return f"+{_JAPAN_CODE}{digits.removeprefix('0')}"


@lru_cache(maxsize=4096)
def display(e164: str) -> str:
    """The number as people in Japan read it: `050-3000-0001`; foreign ones `+1 650-253-0000`."""
    number = _number(e164)
    if number is None:
        return e164
    home = number.country_code == _JAPAN_CODE
    style = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


@lru_cache(maxsize=10_000)
def _e164(text: str) -> str | None:
    number = _number(text)
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@lru_cache(maxsize=10_000)
def _number(text: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, _JAPAN)
    except NumberParseException:
        return None
