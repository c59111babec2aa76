"""Codes of short links: eight letters or digits, so that a link is 23 characters long."""

import re
import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 8

CODE_PATTERN = re.compile(rf"[A-Za-z0-9]{{{_LENGTH}}}")
"""Use with `fullmatch`."""


def new_code() -> str:
    """A code nobody can guess (62^8 ≈ 2·10^14): whoever guesses one reads another company's link.

    Unique only by chance: the caller stores it under a unique key and draws again on a collision.
    """
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
