"""The second factor: time-based one-time codes (RFC 6238), and recovery codes."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import pyotp

from app import clock
from app.domain.refusals import Refusal
from app.models import membership as membership_table
from app.models import recovery_code
from app.models import user as user_table
from app.models.database import session, transaction
from app.models.recovery_code import RecoveryCode
from app.models.user import User
from app.services import audit, sign_in, sign_in_lock

STEP_S = 30  # RFC 6238's default, what every authenticator app uses
STEPS_EITHER_WAY = 1  # a clock may be wrong by one step
RECOVERY_CODES = 10
_RECOVERY_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_RECOVERY_GROUPS, _GROUP_LENGTH = 4, 4


def new_secret() -> str:
    """160 random bits in base32, for an authenticator app."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, mail_address: str, service_name: str) -> str:
    """What the QR code says (Google's Key URI format, which the apps read)."""
    return pyotp.TOTP(secret).provisioning_uri(name=mail_address, issuer_name=service_name)


def enrol(user_id: int, password: str, secret: str, code: str) -> tuple[str, ...]:
    """Switch the second factor on, once a code of the new secret and the password were shown.

    Returns the recovery codes, of which only hashes are kept.

    Raises Refusal("second_factor_is_on"), "wrong_second_factor_code" and those of
    `sign_in_lock.checked_password`.
    """
    with sign_in_lock.checked_password(user_id, password) as user:
        if user.totp_secret is not None:
            raise Refusal("second_factor_is_on")
        step = _step_of(code, secret)
        if step is None:
            raise Refusal("wrong_second_factor_code")
        user.totp_secret, user.totp_last_step = secret, step
        codes = tuple(_new_recovery_code() for _ in range(RECOVERY_CODES))
        recovery_code.delete_all_of(user.id)
        session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash(code)) for code in codes)
        audit.record("second_factor.on", user.mail_address)
        return codes


def verify(user_id: int, code: str, *, address: str) -> None:
    """Complete a sign-in with a code of the app or a recovery code; each works once.

    `address` is the visitor's IP address. Raises Refusal("wrong_second_factor_code"), which is
    counted like a wrong password, or Refusal("locked", until=…).
    """
    refusal = None
    with transaction():
        user = user_table.lock(user_id)
        if user is None or user.totp_secret is None:
            raise Refusal("wrong_second_factor_code")
        actor = sign_in.actor_of(user, address)
        if not sign_in_lock.is_locked(user) and _use_code(user, code):
            sign_in.complete(user, actor)
        else:
            sign_in_lock.count_failure(user, actor)
            audit.record("second_factor.failed", user.mail_address, actor=actor)
            locked = sign_in_lock.is_locked(user)
            refusal = sign_in_lock.locked(user) if locked else Refusal("wrong_second_factor_code")
    if refusal:
        raise refusal


def turn_off(user_id: int, password: str) -> None:
    """Raises Refusal("second_factor_required") where a company of the user asks for one, and those
    of `sign_in_lock.checked_password`."""
    with sign_in_lock.checked_password(user_id, password) as user:
        if is_required(user.id):
            raise Refusal("second_factor_required")
        remove(user)


def remove(user: User) -> None:
    """Take the second factor away, as by an operator for a user who lost device and codes."""
    with transaction():
        user.totp_secret = user.totp_last_step = None
        recovery_code.delete_all_of(user.id)
        audit.record("second_factor.off", user.mail_address)


def is_required(user_id: int) -> bool:
    """Whether one of the companies the user belongs to asks for a second factor."""
    return any(row.account.company.requires_totp for row in membership_table.of_user(user_id))


def _use_code(user: User, code: str) -> bool:
    step = _step_of(code, user.totp_secret or "")
    if step is None:
        return recovery_code.use(user.id, _hash(code), clock.now())
    if user.totp_last_step is not None and step <= user.totp_last_step:
        return False
    user.totp_last_step = step
    return True


def _step_of(code: str, secret: str) -> int | None:
    """The newest step that the code belongs to; None when it is none of the present ones."""
    digits = "".join(code.split())
    now = int(clock.now().timestamp()) // STEP_S
    for step in range(now + STEPS_EITHER_WAY, now - STEPS_EITHER_WAY - 1, -1):
        expected = pyotp.TOTP(secret).at(step * STEP_S)
        if hmac.compare_digest(expected.encode(), digits.encode()):
            return step
    return None


def _new_recovery_code() -> str:
    """As it is shown: four groups of four letters and digits, 79 bits."""
    return "-".join(
        "".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(_GROUP_LENGTH))
        for _ in range(_RECOVERY_GROUPS)
    )


def _hash(code: str) -> str:
    """Of a recovery code, however it is typed."""
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(typed.encode()).hexdigest()
