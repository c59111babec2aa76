"""企業ユーザー, as our own staff looks after them.

What concerns a user stands in the audit trail of each company that he belongs to.
"""

from __future__ import annotations

from typing import Any

from app import clock
from app.domain import user_rules
from app.domain.refusals import Refusal
from app.domain.roles import Role
from app.models import password_reset
from app.models import user as user_table
from app.models.database import session, transaction
from app.models.membership import Membership
from app.models.user import User
from app.services import (
    audit,
    mails,
    password_changes,
    password_resets,
    second_factor,
    sign_in_lock,
)
from app.services.back_office_writes import (
    beside,
    changes,
    company_user,
    existing_account,
    refusing_clashes,
)


def new_user(mail_address: str, name: str, *, is_operator: bool = False) -> User:
    """Inside a transaction: a user without a password, who can't sign in yet.

    Raises Refusal("mail_address_taken"), also where the user is deleted, and as
    `user_rules.tidy_mail_address` and `tidy_name`.
    """
    with beside("mail_address"):
        address = user_rules.tidy_mail_address(mail_address)
    with beside("name"):
        tidy_name = user_rules.tidy_name(name)
    if user_table.by_mail_address(address) is not None:
        raise Refusal("mail_address_taken", field="mail_address")
    user = User(
        mail_address=address,
        name=tidy_name,
        password_hash="",  # no password has this hash
        is_operator=is_operator,
    )
    with refusing_clashes("mail_address_taken", field="mail_address"):
        session.add(user)
    return user


def create_company_admin(*, mail_address: str, name: str, account_id: int) -> int:
    """A new user who is 企業管理者 of the account, and gets his temporary password by mail.

    Returns his id. Raises as `new_user`, and Refusal("account_unknown").
    """
    with transaction():
        account = existing_account(account_id)
        user = new_user(mail_address, name)
        session.add(Membership(user_id=user.id, account_id=account.id, role=Role.COMPANY_ADMIN))
        session.flush()
        mails.mail_temporary_password(user, password_changes.give_temporary_password(user))
        after = {"name": user.name, "account": account.name, "role": Role.COMPANY_ADMIN.value}
        audit.record_of_user("user.create", user, after=after)
        return user.id


def rename_user(user_id: int, *, name: str) -> None:
    """Raises as `user_rules.tidy_name`, and Refusal("row_gone")."""
    with transaction():
        user = company_user(user_id)
        with beside("name"):
            before, after = changes(user, name=user_rules.tidy_name(name))
        audit.record_of_user("user.update", user, before=before, after=after)


def suspend_user(user_id: int) -> None:
    """停止: he is signed out at his next click. Raises Refusal("row_gone")."""
    with transaction():
        user = company_user(user_id)
        _end_all(user)
        _set(user, "user.suspend", is_active=False)


def resume_user(user_id: int) -> None:
    """有効 again. Raises Refusal("row_gone")."""
    with transaction():
        _set(company_user(user_id), "user.resume", is_active=True)


def unlock_user(user_id: int) -> None:
    """No wrong password is held against him any more. Raises Refusal("row_gone")."""
    with transaction():
        user = company_user(user_id)
        sign_in_lock.unlock(user)
        audit.record_of_user("user.unlock", user)


def reset_password(user_id: int) -> None:
    """Mail him a link and a 認証コード.

    Raises Refusal("user_cannot_sign_in") for a deleted or suspended user, "row_gone".
    """
    with transaction():
        user = company_user(user_id)
        if user.deleted_at is not None or not user.is_active:
            raise Refusal("user_cannot_sign_in")
        password_resets.begin_reset(user)
        audit.record_of_user("user.reset", user)


def remove_second_factor(user_id: int) -> None:
    """For a user who lost device and recovery codes: he logs in with his password, and sets a new
    one up where his company requires it. Raises Refusal("row_gone")."""
    with transaction():
        user = company_user(user_id)
        second_factor.remove(user)
        user.session_epoch += 1
        audit.record_of_user("user.remove_second_factor", user)


def delete_user(user_id: int) -> None:
    """He can't sign in any more; roles and mail address stay his until he is restored."""
    with transaction():
        user = company_user(user_id)
        if user.deleted_at is None:
            user.deleted_at = clock.now()
            _end_all(user)
            audit.record_of_user("user.delete", user)


def restore_user(user_id: int) -> None:
    """A deleted user as he was. Raises Refusal("row_gone")."""
    with transaction():
        user = company_user(user_id)
        user.deleted_at = None
        audit.record_of_user("user.restore", user)


def _set(user: User, action: str, **values: Any) -> None:
    before, after = changes(user, **values)
    audit.record_of_user(action, user, before=before, after=after)


def _end_all(user: User) -> None:
    """His sessions, and the reset links mailed to him."""
    user.session_epoch += 1
    password_reset.end_all_of(user.id, clock.now())
