"""Shift_JIS as Windows writes it (CP932), for programs that know no Unicode.

What it has no sign for is written as 〓, as printers in Japan have always put for a character that
they lack. What it has under another number only (the wave dash 〜 is its ～) is written so.
"""

from __future__ import annotations

import codecs

_MISSING = "〓"
# Unicode's table of JIS X 0208 against Microsoft's. Variation selectors and joiners only tell how
# the character before them looks.
_ALIKE = {
    "\u301c": "～",
    "\u2212": "－",
    "\u2016": "∥",
    "\u2014": "―",
    "\u00a2": "￠",
    "\u00a3": "￡",
    "\u00ac": "￢",
    "\u00a5": "￥",
    "\u203e": "￣",
    "\ufe0e": "",
    "\ufe0f": "",
    "\u200d": "",
}
_ERRORS = "todoku_visible"


def encode(text: str) -> bytes:
    """The text in CP932; never fails."""
    return text.encode("cp932", _ERRORS)


def _visible(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError), "only asked while encoding"
    lacking = error.object[error.start : error.end]
    return "".join(_ALIKE.get(character, _MISSING) for character in lacking), error.end


codecs.register_error(_ERRORS, _visible)
