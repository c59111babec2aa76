"""Passwords that are guessed early, however many kinds of characters they have: zxcvbn's judgement
(docs/decisions/0008-guessable-passwords.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from threading import Lock

from zxcvbn import zxcvbn

LEAST_SCORE = 3
"""zxcvbn's "safely unguessable": 10⁸ guesses or more."""
JUDGED_LENGTH = 20
"""Only so many characters are judged: the effort grows steeply with the length, and an attacker's
guesses of a longer password are not fewer."""
SHORTEST_WORD = 3
_ALIKE = str.maketrans("{[<|", "(((!")
"""Signs that can each stand for the same letter. zxcvbn tries all their combinations, which takes
seconds for a password made of them."""

_judging = Lock()  # zxcvbn keeps the own words of the present call in a global


def is_guessable(password: str, about_user: Iterable[str]) -> bool:
    """`about_user` are texts such as mail address, name and company, whose words an attacker tries
    first."""
    judged = password[:JUDGED_LENGTH].translate(_ALIKE)
    own_words = list(dict.fromkeys(word for text in about_user for word in _words(text)))
    with _judging:
        score: int = zxcvbn(judged, own_words)["score"]
    return score < LEAST_SCORE


def _words(text: str) -> Iterator[str]:
    """The words, and all of them in one, as in "acme" and "acmetrading"."""
    words = re.findall(r"[^\W_]+", text.lower())
    return (word for word in (*words, "".join(words)) if len(word) >= SHORTEST_WORD)
