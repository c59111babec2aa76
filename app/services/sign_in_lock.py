"""Wrong passwords and codes, counted: five in a row lock a user for 30 minutes (SPEC §4).

Whoever counts holds the user's row, so parallel guesses are counted one after another, and none is
counted while the lock lasts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app import clock
from app.domain import passwords, sign_in_rules
from app.domain.refusals import Refusal
from app.models import user as user_table
from app.models.database import session, transaction
from app.models.user import User
from app.services import audit
from app.services.audit import Actor


def is_locked(user: User) -> bool:
    return sign_in_rules.is_locked(user.locked_until, clock.now())


def locked(user: User) -> Refusal:
    """The refusal for somebody who has shown that he knows the password."""
    return Refusal("locked", until=user.locked_until)


def count_failure(user: User, actor: Actor | None = None) -> None:
    """Inside a transaction that holds the user's row: one more wrong password or code."""
    if is_locked(user):
        return
    if user.locked_until is not None:  # a lock that has opened: the count begins anew
        unlock(user)
    user.failed_sign_ins += 1
    if user.failed_sign_ins >= sign_in_rules.MAX_FAILED:
        user.locked_until = clock.now() + sign_in_rules.LOCK
        audit.record_of_user(
            "sign_in.locked",
            user,
            after={"until": user.locked_until.isoformat()},
            actor=actor,
        )


def unlock(user: User) -> None:
    """Inside a transaction: no wrong password is held against the user any more."""
    user.failed_sign_ins = 0
    user.locked_until = None


@contextmanager
def checked_password(user_id: int, password: str) -> Iterator[User]:
    """A transaction that holds the row of a signed-in user who has given his password again.

    Raises Refusal("wrong_current_password"), which is counted, or Refusal("locked").
    """
    stored = session.get_one(User, user_id).password_hash
    session.commit()  # hashing is slow on purpose: nothing is held meanwhile
    is_right = passwords.is_right(password, stored)
    refusal = None
    with transaction():
        user = user_table.lock(user_id)
        if user is None or user.deleted_at is not None:
            raise Refusal("wrong_current_password")
        if is_locked(user):
            refusal = locked(user)
        elif not is_right or user.password_hash != stored:
            count_failure(user)
            audit.record_of_user("sign_in.failed", user, after={"reason": "wrong_password"})
            refusal = Refusal("wrong_current_password")
        else:
            yield user
    if refusal:
        raise refusal
