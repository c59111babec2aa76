"""Signing in by mail address and password, and out again."""

from __future__ import annotations

from dataclasses import dataclass

from app import clock
from app.domain import passwords, sign_in_rules
from app.domain.refusals import Refusal
from app.domain.roles import Role
from app.models import membership as membership_table
from app.models import user as user_table
from app.models.database import session, transaction
from app.models.user import User
from app.services import audit, sign_in_lock
from app.services.audit import Actor

LONGEST_ADDRESS = 254


@dataclass(frozen=True)
class SignedIn:
    """Who signed in, and what has to happen before anything opens. With a second factor owed the
    sign-in is complete only when `second_factor.verify` has passed."""

    user_id: int
    session_epoch: int
    must_change_password: bool
    needs_second_factor: bool


def sign_in(mail_address: str, password: str, *, address: str) -> SignedIn:
    """Check the password of the user with this mail address; `address` is the visitor's IP address.

    Raises Refusal("wrong_credentials") alike, and as late, for whatever does not fit: no such user,
    a suspended or deleted one, a wrong password. Only who gives the right password learns of a
    lock, Refusal("locked", until=…), or of a temporary password that has run out,
    Refusal("temporary_expired_ask_admin") or Refusal("temporary_expired_ask_support").
    """
    found = user_table.by_mail_address(mail_address)
    user_id, stored = (found.id, found.password_hash) if found else (0, None)
    session.commit()  # hashing is slow on purpose: nothing is held meanwhile
    is_right = passwords.is_right(password, stored)
    with transaction():
        user = user_table.lock(user_id)
        actor = _actor(user, mail_address, address)
        if user is None or not is_right or user.password_hash != stored or not _may_enter(user):
            _note_failure(user, is_right, actor)
            outcome: SignedIn | Refusal = Refusal("wrong_credentials")
        else:
            outcome = _with_right_password(user, actor)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def sign_out(user: User) -> None:
    audit.record_of_user("sign_out", user)


def complete(user: User, actor: Actor | None = None) -> None:
    """Inside a transaction: everything asked for was shown."""
    sign_in_lock.unlock(user)
    user.last_sign_in_at = clock.now()
    audit.record_of_user("sign_in", user, actor=actor)


def _may_enter(user: User) -> bool:
    return user.is_active and user.deleted_at is None


def _with_right_password(user: User, actor: Actor) -> SignedIn | Refusal:
    now = clock.now()
    if sign_in_lock.is_locked(user):
        _record_failure(user, "locked", actor)
        return sign_in_lock.locked(user)
    set_at, is_temporary = user.password_set_at, user.password_is_temporary
    if sign_in_rules.temporary_has_expired(set_at=set_at, is_temporary=is_temporary, now=now):
        _record_failure(user, "temporary_expired", actor)
        return Refusal(f"temporary_expired_ask_{_whom_to_ask(user)}")
    needs_second_factor = user.totp_secret is not None
    if not needs_second_factor:
        complete(user, actor)
    must_change = sign_in_rules.must_change_password(
        set_at=set_at, is_temporary=is_temporary, now=now
    )
    return SignedIn(user.id, user.session_epoch, must_change, needs_second_factor)


def _whom_to_ask(user: User) -> str:
    """The company's admin; support for such an admin and for those who belong to no company."""
    roles = {membership.role for membership in membership_table.of_user(user.id)}
    return "support" if not roles or Role.COMPANY_ADMIN in roles else "admin"


def _note_failure(user: User | None, is_right: bool, actor: Actor) -> None:
    if user is None:
        after = {"reason": "unknown_address"}
        audit.record("sign_in.failed", actor.mail_address, after=after, actor=actor)
        return
    if not _may_enter(user):
        reason = "deleted" if user.deleted_at is not None else "suspended"
    else:
        reason = "wrong_password"
        sign_in_lock.count_failure(user, actor)
    _record_failure(user, reason, actor)


def _record_failure(user: User, reason: str, actor: Actor) -> None:
    audit.record_of_user("sign_in.failed", user, after={"reason": reason}, actor=actor)


def _actor(user: User | None, typed: str, address: str) -> Actor:
    """Who tries, known before he is let in: the user of that address. What was typed and is no mail
    address is not kept: it may be a password."""
    if user is None:
        typed = typed.strip()[:LONGEST_ADDRESS]
        return Actor(mail_address=typed if "@" in typed else "", address=address)
    return actor_of(user, address)


def actor_of(user: User, address: str) -> Actor:
    """The user as the one who acts, where no session says so yet."""
    return Actor(user_id=user.id, mail_address=user.mail_address, address=address)
