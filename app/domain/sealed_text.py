"""Short secrets, encrypted for the database with keys that are derived from SECRET_KEY."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_SEAL = "gAAAA"  # every Fernet token begins so: its version, and the high bytes of its time


class Sealer:
    """Seals with the first of the keys, opens what was sealed with any of them."""

    def __init__(self, secret_keys: Sequence[str], purpose: str) -> None:
        self._fernet = MultiFernet([_fernet(key, purpose) for key in secret_keys])

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """None when it was sealed with another key. What was never sealed is returned as it is."""
        if not sealed.startswith(_SEAL):
            return sealed
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


def _fernet(secret_key: str, purpose: str) -> Fernet:
    derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode())
    return Fernet(base64.urlsafe_b64encode(derivation.derive(secret_key.encode())))
