"""The text of an SMS: how long it counts, where its links are and how it is cut into parts."""

import re
from collections.abc import Mapping, Sequence

from app.domain.carriers import Carrier

MAX_UNITS = 660
MAX_SHORT_URLS = 5
SHORT_URL_UNITS = 25
"""` https://qms.jp/XXXXXXXX `: 23 characters and a space on each side."""

_SINGLE_PART_UNITS = 70

# Units in each part of a split message. An SMS carries 140 bytes = 70 units; in a split one every
# part, the first too, gives some to the header that joins them again: 6 bytes with an 8-bit
# reference (67 units left), 7 with a 16-bit one (66 left). Sources: 3GPP TS 23.040 §9.2.3.24.1 and
# .8; the carriers' tariff of September 2019, which bills 71–134 characters as two parts.
_SPLIT_PART_UNITS = {
    Carrier.DOCOMO: 66,
    Carrier.AU: 67,
    Carrier.RAKUTEN: 67,
    Carrier.SOFTBANK: 67,
}
# Before the carrier is known count with the shortest: 10 × 66 is also where the limit comes from.
_UNKNOWN_CARRIER_PART_UNITS = 66

# A link ends where ASCII does: at a space, a newline or the Japanese that goes on without a space.
_URL = re.compile(r"https?://[A-Za-z0-9][!#-;=?-~]*", re.IGNORECASE | re.ASCII)
_CLOSING = {")": "(", "]": "[", "}": "{"}


def utf16_units(text: str) -> int:
    """Length as an SMS counts it: UTF-16 code units, so 😀 and 𠮷 count 2."""
    return len(text) + sum(character > "\uffff" for character in text)


def typed_urls(body: str) -> tuple[str, ...]:
    """The http(s) URLs in the text, in order, each once, without the punctuation behind them."""
    return tuple(dict.fromkeys(_without_tail(found[0]) for found in _URL.finditer(body)))


def counted_text(body: str, short_urls: Sequence[str]) -> str:
    """The text as it counts and is cut: 25 times x for every URL of `short_urls`."""
    return _with_links(body, dict.fromkeys(short_urls, "x" * SHORT_URL_UNITS))


def counted_units(body: str, short_urls: Sequence[str]) -> int:
    """UTF-16 units as sent: every occurrence of a URL of `short_urls` counts 25."""
    return utf16_units(counted_text(body, short_urls))


def render(body: str, short_urls: Sequence[str], links: Mapping[str, str]) -> str:
    """The text as sent: every occurrence of a URL of `short_urls` becomes its link.

    A space goes on each side, because handsets end a link at a space or newline only. `links` maps
    each long URL to the link minted for this message; KeyError if one is not there.
    """
    return _with_links(body, {url: f" {links[url]} " for url in short_urls})


def parts(units: int, carrier: Carrier | None) -> int:
    """Number of SMS that a text of so many UTF-16 units is billed as; an empty one counts 1."""
    if units <= _SINGLE_PART_UNITS:
        return 1
    return -(-units // _part_units(carrier))


def parts_of_text(text: str, carrier: Carrier | None) -> tuple[str, ...]:
    """The text cut as the network cuts it, no surrogate pair in two.

    Can be one more than `parts()` of its length: where a pair does not fit, a part stays short.
    """
    if utf16_units(text) <= _SINGLE_PART_UNITS:
        return (text,)
    limit = _part_units(carrier)
    cut: list[str] = []
    begin = used = 0
    for index, character in enumerate(text):
        width = 2 if character > "\uffff" else 1
        if used + width > limit:
            cut.append(text[begin:index])
            begin, used = index, 0
        used += width
    return (*cut, text[begin:])


def parts_by_carrier(text: str) -> dict[Carrier, int]:
    """Number of SMS that each carrier cuts the text into."""
    return {carrier: len(parts_of_text(text, carrier)) for carrier in Carrier}


def _part_units(carrier: Carrier | None) -> int:
    return _SPLIT_PART_UNITS[carrier] if carrier else _UNKNOWN_CARRIER_PART_UNITS


def _with_links(body: str, replacements: Mapping[str, str]) -> str:
    def replace(found: re.Match[str]) -> str:
        url = _without_tail(found[0])
        return replacements.get(url, url) + found[0][len(url) :]

    return _URL.sub(replace, body)


def _without_tail(url: str) -> str:
    """Drop what ends the sentence, not the link: marks, and brackets that were opened before it."""
    while True:
        last = url[-1]
        opening = _CLOSING.get(last)
        if last not in ".,;:!?'*" and (opening is None or url.count(opening) >= url.count(last)):
            return url
        url = url[:-1]
