"""What differs between two texts, word by word, for people who read Japanese or English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

# Japanese has no spaces: where the script changes, a word ends.
_WORD = re.compile(
    r"https?://[!-~]+|\w+|[ァ-ヶー]+|[一-鿿々〆]+|[ぁ-ゖ]+|\s+|.", re.ASCII | re.DOTALL
)
_ALIKE = 0.25
"""Share of characters; below it the texts have only particles in common, and marking words makes
confetti."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `changed`: the other text does not have it."""

    text: str
    changed: bool


def compare(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """The old and the new text in pieces; put together, the pieces are the texts."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    alike = sum(len("".join(before[a:b])) for kind, a, b, _, _ in steps if kind == "equal")
    if old != new and 2 * alike < _ALIKE * (len(old) + len(new)):
        return list(_pieces([(old, True)])), list(_pieces([(new, True)]))
    return (
        list(_pieces([("".join(before[a:b]), kind != "equal") for kind, a, b, _, _ in steps])),
        list(_pieces([("".join(after[a:b]), kind != "equal") for kind, _, _, a, b in steps])),
    )


def _pieces(stretches: list[tuple[str, bool]]) -> Iterator[Piece]:
    return (Piece(text, changed) for text, changed in stretches if text)
