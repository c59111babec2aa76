"""「パスワード初期化」: a mailed link and 認証コード with which a password is set anew."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

from app import clock
from app.domain import sign_in_rules
from app.domain.refusals import Refusal
from app.models import password_reset
from app.models import user as user_table
from app.models.database import session, transaction
from app.models.password_reset import PasswordReset
from app.models.user import User
from app.services import audit, mails, password_changes, sign_in
from app.services.audit import Actor

TOKEN_BYTES = 32
CODE_DIGITS = 8
ANSWERED_AFTER_S = 0.4
"""Longer than any request takes: the time must not tell whether the address exists."""


def request_reset(mail_address: str) -> None:
    """Mail link and code to the user with this address, if he may sign in. Answers alike, and as
    late, whether there is one or not."""
    started = time.monotonic()
    _request(mail_address)
    time.sleep(max(0.0, ANSWERED_AFTER_S - (time.monotonic() - started)))


def _request(mail_address: str) -> None:
    with transaction():
        user = user_table.by_mail_address(mail_address)
        if user is not None and user.is_active and user.deleted_at is None:
            begin_reset(user)


def begin_reset(user: User) -> None:
    """Inside a transaction: mail a new link and code; those mailed before work no longer."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    now = clock.now()
    with transaction():
        user_table.lock(user.id)  # two at once would not see, and so not end, each other's
        password_reset.end_all_of(user.id, now)
        session.add(
            PasswordReset(
                user_id=user.id,
                token_hash=_sha256(token),
                code_hash=_sha256(token + code),
                expires_at=now + sign_in_rules.RESET_VALID,
            )
        )
        mails.mail_password_reset(
            user, link=mails.portal_link(f"/password-reset/{token}"), code=code
        )
        audit.record_of_user("password.reset_requested", user)


def user_of(token: str) -> User | None:
    """Whose password can be set with the link; None for one that has ended or never was."""
    if not password_reset.is_open(_sha256(token), clock.now()):
        return None
    return session.get(User, password_reset.user_of(_sha256(token)))


def reset_password(token: str, code: str, new_password: str, *, address: str) -> None:
    """Set the password, end the user's sessions, unlock him. `address` is the visitor's IP address.

    Raises Refusal("reset_ended") for a link that is used, too old, replaced by a newer one or was
    tried with too many wrong codes; "wrong_reset_code"; and those of
    `password_changes.set_new_password`, after which the link still works.
    """
    user_id = password_reset.user_of(_sha256(token))
    refusal = None
    with transaction():
        user = user_table.lock(user_id or 0)  # the user first, as in begin_reset: no deadlock
        reset = password_reset.lock_by_token_hash(_sha256(token))
        if reset is None or user is None or not _is_open(reset, user):
            raise Refusal("reset_ended")
        actor = sign_in.actor_of(user, address)
        if hmac.compare_digest(reset.code_hash, _sha256(token + _digits(code))):
            password_changes.set_new_password(user, new_password)
            reset.ended_at = clock.now()
            audit.record_of_user("password.reset", user, actor=actor)
        else:
            refusal = _note_wrong_code(reset, user, actor)
    if refusal:
        raise refusal


def _is_open(reset: PasswordReset, user: User) -> bool:
    may_enter = user.is_active and user.deleted_at is None
    return may_enter and reset.ended_at is None and clock.now() < reset.expires_at


def _note_wrong_code(reset: PasswordReset, user: User, actor: Actor) -> Refusal:
    reset.failed_codes += 1
    audit.record_of_user("password.reset_failed", user, after={"reason": "wrong_code"}, actor=actor)
    if reset.failed_codes < sign_in_rules.MAX_WRONG_RESET_CODES:
        return Refusal("wrong_reset_code")
    reset.ended_at = clock.now()
    return Refusal("reset_ended")


def _digits(code: str) -> str:
    """The code as mailed, however it is typed: spaces, hyphens, full-width digits."""
    return "".join(str(int(letter)) for letter in code if letter.isdecimal())


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
