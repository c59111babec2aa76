"""Telephone numbers as people in Japan write them, and as Plivo does (E.164 without +)."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

WITHHELD = "anonymous"


def e164(text: str) -> str | None:
    """``090-1234-5678``, ``+8190…`` or ``8190…`` → ``+819012345678``; None when not a number."""
    text = text.strip().rstrip("#*")
    for candidate in (text, f"+{text}"):
        try:
            number = phonenumbers.parse(candidate, "JP")
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def on_the_wire(text: str) -> str:
    """The form Plivo sends and answers with: no leading +; the withheld caller stays a word."""
    return (e164(text) or text).removeprefix("+")


def is_mobile(number: str) -> bool:
    """Whether an E.164 number (+ optional) is a Japanese mobile."""
    parsed = phonenumbers.parse("+" + number.removeprefix("+"))
    kind = phonenumbers.number_type(parsed)
    return parsed.country_code == 81 and kind == PhoneNumberType.MOBILE
