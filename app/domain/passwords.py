"""Passwords as they are stored: Argon2id (RFC 9106's low-memory profile, argon2-cffi's default)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
_NOBODYS_HASH = _hasher.hash("a password that nobody has")


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
