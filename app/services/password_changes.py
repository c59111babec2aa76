"""A user's password: set anew by himself, or given by others as a temporary one."""

from __future__ import annotations

from app import clock
from app.domain import passwords
from app.domain.refusals import Refusal
from app.models import membership as membership_table
from app.models import password_history
from app.models.database import transaction
from app.models.user import User
from app.services import audit, sign_in_lock


def change_password(user_id: int, current_password: str, new_password: str) -> None:
    """The user's own change: ends all his sessions; who calls begins this one anew.

    Raises Refusal("wrong_current_password") (it counts towards the lock), "locked" (until=…), and
    what `set_new_password` raises.
    """
    with sign_in_lock.checked_password(user_id, current_password) as user:
        set_new_password(user, new_password)
        audit.record_of_user("password.change", user)


def set_new_password(user: User, new_password: str) -> None:
    """Inside a transaction that holds the user's row: the password, chosen by the user himself.

    Ends his sessions and unlocks him. Raises Refusal("password_rules") (broken=(…)) and
    Refusal("password_used_before").
    """
    broken = passwords.broken_rules(new_password, user.mail_address, _names_around(user))
    if broken:
        raise Refusal("password_rules", broken=broken)
    earlier = password_history.last_hashes(user.id, passwords.REMEMBERED - 1)
    if any(passwords.is_right(new_password, stored) for stored in (user.password_hash, *earlier)):
        raise Refusal("password_used_before", count=passwords.REMEMBERED)
    _replace(user, new_password, is_temporary=False)


def give_temporary_password(user: User) -> str:
    """Inside a transaction: a temporary password (SPEC §4, valid 14 days) instead of what the user
    had. Ends his sessions and unlocks him. Returns the clear text, for the mail and nothing else.
    """
    password = passwords.temporary_password()
    while passwords.broken_rules(password, user.mail_address):
        password = passwords.temporary_password()
    _replace(user, password, is_temporary=True)
    return password


def _names_around(user: User) -> set[str]:
    """His own, and those of his companies and accounts."""
    accounts = [row.account for row in membership_table.of_user(user.id)]
    return {user.name, *(name for row in accounts for name in (row.name, row.company.name))}


def _replace(user: User, password: str, *, is_temporary: bool) -> None:
    with transaction():
        if user.password_hash:
            password_history.remember(
                user.id, user.password_hash, user.password_set_at, passwords.REMEMBERED - 1
            )
        user.password_hash = passwords.hash_password(password)
        user.password_set_at = clock.now()
        user.password_is_temporary = is_temporary
        user.session_epoch += 1
        sign_in_lock.unlock(user)
