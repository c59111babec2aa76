"""Names and memos, as people type them into a field of one line."""

from __future__ import annotations

import re

# Controls of C0 and C1, and those that turn the direction of what follows them in the paragraph
# (Unicode Standard Annex 9): a name with one of them is not the name that people read.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """Without line ends, doubled spaces and signs that nobody sees and that change what is seen."""
    return " ".join(_UNSEEN.sub(" ", text).split())
