"""The second factor: time-based one-time codes (RFC 6238), and recovery codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Sequence

import pyotp

from app import clock
from app.domain.refusals import Refusal
from app.domain.sealed_text import Sealer
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
RECOVERY_BYTES = 15  # 120 bits: too many to be guessed from a plain hash
_GROUP_LENGTH = 4

log = logging.getLogger(__name__)
_sealer: Sealer | None = None


def configure(secret_keys: Sequence[str]) -> None:
    """SECRET_KEY and the former ones: secrets are sealed with the first, opened with any."""
    global _sealer
    _sealer = Sealer(secret_keys, "second factor")


def new_secret() -> str:
    """160 random bits in base32, for an authenticator app."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, mail_address: str, service_name: str) -> str:
    """What the QR code says (Google's Key URI format, which the apps read)."""
    return pyotp.TOTP(secret).provisioning_uri(name=mail_address, issuer_name=service_name)


def enrol(user_id: int, password: str, secret: str, code: str) -> tuple[str, ...]:
    """Switch the second factor on, once a code of the new secret and the password were shown.
    Ends all sessions of the user; who calls begins this one anew.

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
        user.totp_secret, user.totp_last_step = _own_sealer().seal(secret), step
        user.session_epoch += 1
        codes = tuple(_new_recovery_code() for _ in range(RECOVERY_CODES))
        recovery_code.delete_all_of(user.id)
        session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash(code)) for code in codes)
        audit.record_of_user("second_factor.on", user)
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
            audit.record_of_user("second_factor.failed", user, actor=actor)
            locked = sign_in_lock.is_locked(user)
            refusal = sign_in_lock.locked(user) if locked else Refusal("wrong_second_factor_code")
    if refusal:
        raise refusal


def turn_off(user_id: int, password: str, *, operators_need_it: bool) -> None:
    """Ends all sessions of the user; who calls begins this one anew.

    Raises Refusal("second_factor_required") where one is asked for, and those of
    `sign_in_lock.checked_password`.
    """
    with sign_in_lock.checked_password(user_id, password) as user:
        if is_required(user, operators_need_it=operators_need_it):
            raise Refusal("second_factor_required")
        remove(user)
        user.session_epoch += 1


def remove(user: User) -> None:
    """Take the second factor away, as by an operator for a user who lost device and codes."""
    with transaction():
        user.totp_secret = user.totp_last_step = None
        recovery_code.delete_all_of(user.id)
        audit.record_of_user("second_factor.off", user)


def is_required(user: User, *, operators_need_it: bool) -> bool:
    """Whether one of the companies the user belongs to asks for a second factor, or we of him."""
    if user.is_operator:
        return operators_need_it
    return any(row.account.company.requires_totp for row in membership_table.of_user(user.id))


def _use_code(user: User, code: str) -> bool:
    secret = _own_sealer().open(user.totp_secret or "")
    if secret is None:
        log.error("no key opens the second factor of user %s: see SECRET_KEY_FALLBACKS", user.id)
    step = _step_of(code, secret) if secret else None
    if secret is None or step is None:
        return recovery_code.use(user.id, _hash(code), clock.now())
    if user.totp_last_step is not None and step <= user.totp_last_step:
        return False
    user.totp_secret, user.totp_last_step = _own_sealer().seal(secret), step  # with today's key
    return True


def _own_sealer() -> Sealer:
    assert _sealer is not None, "configure() was not called"
    return _sealer


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
    """As it is shown: six groups of four letters and digits."""
    code = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode()
    return "-".join(
        code[start : start + _GROUP_LENGTH] for start in range(0, len(code), _GROUP_LENGTH)
    )


def _hash(code: str) -> str:
    """Of a recovery code, however it is typed."""
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(typed.encode()).hexdigest()
