"""Passwords: the rules for new ones (SPEC §4), and how they are stored: Argon2id (RFC 9106's
low-memory profile, argon2-cffi's default)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.domain.guessable_passwords import is_guessable

MIN_LENGTH = 10
REMEMBERED = 3
"""So many passwords of a user, the present one among them, are not taken again."""
SHORTEST_MAIL_NAME = 3
"""A local part that is shorter forbids nothing: "a@…" would forbid the letter a."""

_hasher = PasswordHasher()
_NOBODYS_HASH = _hasher.hash("a password that nobody has")

_UPPER, _LOWER, _DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789"
_SYMBOLS = "!#%+=?@"
_TEMPORARY_LENGTH = 14


class PasswordRule(StrEnum):
    """What a new password must fulfil, in the order in which a form lists it."""

    LENGTH = "length"
    UPPER = "upper"
    LOWER = "lower"
    DIGIT = "digit"
    SYMBOL = "symbol"
    NO_SPACE = "no_space"
    NOT_MAIL_NAME = "not_mail_name"
    NOT_GUESSABLE = "not_guessable"


PATTERNS: Mapping[PasswordRule, str] = {
    PasswordRule.LENGTH: rf"[\s\S]{{{MIN_LENGTH},}}",
    PasswordRule.UPPER: r"[\s\S]*[A-Z][\s\S]*",
    PasswordRule.LOWER: r"[\s\S]*[a-z][\s\S]*",
    PasswordRule.DIGIT: r"[\s\S]*[0-9][\s\S]*",
    PasswordRule.SYMBOL: r"[\s\S]*[!-\/:-@\[-`\{-~][\s\S]*",
    PasswordRule.NO_SPACE: r"\S*",
}
"""The whole password must match. Python and JavaScript (flag u) read them alike: the form judges
by the same patterns while somebody types."""


def mail_name(mail_address: str) -> str:
    """The local part that a password must not contain, in lower case; "" when it is too short to
    count."""
    name = mail_address.strip().rpartition("@")[0].lower()
    return name if len(name) >= SHORTEST_MAIL_NAME else ""


def broken_rules(
    password: str, mail_address: str, about_user: Iterable[str] = ()
) -> tuple[PasswordRule, ...]:
    """The rules that the password breaks, in their order; empty when it may be used. Whether it is
    guessable is asked when it breaks none of the others.

    `about_user` are the texts besides the mail address that somebody who knows him would try.
    """
    name = mail_name(mail_address)
    kept = {rule for rule, pattern in PATTERNS.items() if re.fullmatch(pattern, password)}
    if not name or name not in password.lower():
        kept.add(PasswordRule.NOT_MAIL_NAME)
    kept.add(PasswordRule.NOT_GUESSABLE)
    broken = tuple(rule for rule in PasswordRule if rule not in kept)
    if not broken and is_guessable(password, (mail_address, *about_user)):
        return (PasswordRule.NOT_GUESSABLE,)
    return broken


def temporary_password() -> str:
    """A random password that fulfils the rules and is easy to type: no 0 and O, no 1, l and I."""
    groups = (_UPPER, _LOWER, _DIGITS, _SYMBOLS)
    letters = [secrets.choice(group) for group in groups]
    letters += [
        secrets.choice(_UPPER + _LOWER + _DIGITS) for _ in range(_TEMPORARY_LENGTH - len(groups))
    ]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def hash_password(password: str) -> str:
    """The string to store; every call gives another one."""
    return _hasher.hash(password)


def is_right(password: str, stored: str | None) -> bool:
    """Whether the password fits the stored hash. None (no such user) takes as long as a wrong
    password."""
    try:
        return _hasher.verify(stored or _NOBODYS_HASH, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False
