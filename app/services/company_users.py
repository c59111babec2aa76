"""A company's admins manage its users (SPEC §11).

Nobody touches himself, a company admin or a user of another company. So the company admin who acts
always stays, and no company is left without one. A user who has a role in another company too
belongs to both: here only his roles in this company are changed, and deleting him takes those away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from app import clock
from app.domain import passwords, user_rules
from app.domain.refusals import Refusal
from app.domain.roles import Role
from app.models import company_users, password_reset
from app.models import user as user_table
from app.models.database import insert_if_new, session, transaction
from app.models.membership import Membership
from app.models.user import User
from app.services import audit, mails, password_changes, password_resets
from app.services.back_office_writes import fingerprint

AccountRole = tuple[int, Role]


@dataclass(frozen=True)
class Manager:
    """The company admin who acts, and for which company."""

    user_id: int
    company_id: int


@dataclass(frozen=True)
class NewUser:
    """A user to be made. `make` hashes the temporary password, slowly and on purpose: do that
    before the transaction, which keeps others waiting."""

    mail_address: str
    name: str
    roles: tuple[AccountRole, ...]
    is_active: bool
    password: str
    password_hash: str

    @classmethod
    def make(
        cls, mail_address: str, name: str, roles: Sequence[AccountRole], *, is_active: bool
    ) -> NewUser:
        """Raises Refusal("mail_address_wrong"), ("name_missing"), ("name_too_long")."""
        address, tidy_name = user_rules.tidy_mail_address(mail_address), user_rules.tidy_name(name)
        password = passwords.temporary_password()
        while passwords.broken_rules(password, address):
            password = passwords.temporary_password()
        hashed = passwords.hash_password(password)
        return cls(address, tidy_name, tuple(roles), is_active, password, hashed)


def create_user(
    manager: Manager, mail_address: str, name: str, roles: Sequence[AccountRole], *, is_active: bool
) -> int:
    """Make a user and mail him a temporary password; returns his id.

    Raises what `NewUser.make`, `user_rules.check_roles` and `add` raise.
    """
    new = NewUser.make(mail_address, name, roles, is_active=is_active)
    with transaction():
        lock_company(manager)
        return add(manager, new)


def add(manager: Manager, new: NewUser) -> int:
    """Inside a transaction that holds the company: the user with his roles and his mail.

    Raises what `user_rules.check_roles` raises, and Refusal("mail_address_in_company") for a user
    of this company, ("mail_address_deleted") for a deleted one of it, ("mail_address_unavailable")
    for everybody else's.
    """
    user_rules.check_roles(new.roles, _account_ids(manager))
    if refusal := address_refusal(manager, new.mail_address):
        raise refusal
    if not insert_if_new(  # another company may be taking the address at this moment
        User,
        mail_address=new.mail_address,
        name=new.name,
        password_hash=new.password_hash,
        password_is_temporary=True,
        is_active=new.is_active,
    ):
        raise Refusal("mail_address_unavailable")
    user = user_table.by_mail_address(new.mail_address)
    assert user is not None, "just inserted"
    _set_roles(manager, user, new.roles)
    session.flush()
    audit.record(
        "user.create",
        user.mail_address,
        after=_facts(manager, user),
        company_id=manager.company_id,
    )
    mails.mail_temporary_password(user, new.password)
    return user.id


def state_of(manager: Manager, user: User) -> str:
    """Tells one state of a user from another, as far as his company changes him."""
    return fingerprint(_facts(manager, user))


def update_user(
    manager: Manager,
    user_id: int,
    *,
    seen: str,
    mail_address: str,
    name: str,
    roles: Sequence[AccountRole],
    is_active: bool,
) -> None:
    """Change a user. Suspending him, and a new mail address, end his sessions and reset links; one
    who has not yet used his temporary password gets a new one at the new address.

    `seen` is his `state_of` when the form was opened. Raises Refusal("changed_meanwhile") when he
    is not so any more, what `create_user` raises, Refusal("row_gone"), ("user_is_self"),
    ("user_is_company_admin"), and ("user_is_shared") when more than the roles of a user of another
    company would change.
    """
    address, tidy_name = user_rules.tidy_mail_address(mail_address), user_rules.tidy_name(name)
    with transaction():
        user = _locked_user(manager, user_id)
        if state_of(manager, user) != seen:
            raise Refusal("changed_meanwhile")
        user_rules.check_roles(roles, _account_ids(manager))
        moved = address != user.mail_address.lower()
        changed = (moved, tidy_name != user.name, is_active != user.is_active)
        if any(changed) and company_users.belongs_elsewhere(manager.company_id, user.id):
            raise Refusal("user_is_shared")
        if moved and (refusal := address_refusal(manager, address)):
            raise refusal
        before, subject = _facts(manager, user), user.mail_address
        ends = moved or (user.is_active and not is_active)
        user.name, user.is_active = tidy_name, is_active
        if moved:
            _move(user, address)
        _set_roles(manager, user, roles)
        if ends:
            _end_sessions(user)
        session.flush()
        if moved and user.password_is_temporary:
            mails.mail_temporary_password(user, password_changes.give_temporary_password(user))
        _record_change(manager, "user.update", subject, before, _facts(manager, user))


def delete_user(manager: Manager, user_id: int) -> None:
    """Take the user out of the company. Who belongs to another company too only loses his roles
    here; everybody else is deleted, and his mail address stays blocked until the operator restores
    him.

    Raises Refusal("row_gone"), ("user_is_self"), ("user_is_company_admin").
    """
    with transaction():
        user = _locked_user(manager, user_id)
        before = _facts(manager, user)
        if company_users.belongs_elsewhere(manager.company_id, user.id):
            _set_roles(manager, user, ())
            action = "user.leave"
        else:
            user.deleted_at = clock.now()
            _end_sessions(user)
            action = "user.delete"
        audit.record(action, user.mail_address, before=before, company_id=manager.company_id)


def send_reset(manager: Manager, user_id: int) -> None:
    """Mail the user a link and a 認証コード with which he sets a new password, also when his
    temporary one has run out.

    Raises Refusal("row_gone"), ("user_is_self"), ("user_is_company_admin"), and
    ("user_is_suspended"): the link would not let him in.
    """
    with transaction():
        user = _locked_user(manager, user_id)
        if not user.is_active:
            raise Refusal("user_is_suspended")
        password_resets.begin_reset(user)
        audit.record("user.reset", user.mail_address, company_id=manager.company_id)


def lock_company(manager: Manager) -> None:
    """Inside a transaction: changes of a company's users happen one after the other. Raises
    Refusal("not_company_admin") for one who was a company admin a moment ago."""
    company_users.lock_company(manager.company_id)
    if not company_users.is_company_admin(manager.company_id, manager.user_id):
        raise Refusal("not_company_admin")


def address_refusal(manager: Manager, mail_address: str) -> Refusal | None:
    """Why no new user can have this address; None when one can. Says no more about users of other
    companies than that it cannot be had."""
    user = user_table.by_mail_address(mail_address)
    if user is None:
        return None
    if user.is_operator or not company_users.was_user_of_company(manager.company_id, user.id):
        return Refusal("mail_address_unavailable")
    return Refusal("mail_address_deleted" if user.deleted_at else "mail_address_in_company")


def _locked_user(manager: Manager, user_id: int) -> User:
    lock_company(manager)
    if user_id == manager.user_id:
        raise Refusal("user_is_self")
    user = user_table.lock(user_id)
    if user is None or company_users.user_of_company(manager.company_id, user_id) is None:
        raise Refusal("row_gone")
    roles = company_users.roles_in_company(manager.company_id, [user_id])[user_id]
    if any(membership.role is Role.COMPANY_ADMIN for membership in roles):
        raise Refusal("user_is_company_admin")
    return user


def _account_ids(manager: Manager) -> set[int]:
    return {account.id for account in company_users.accounts_of(manager.company_id)}


def _set_roles(manager: Manager, user: User, roles: Sequence[AccountRole]) -> None:
    """His roles in this company become these; those in others are left alone."""
    wanted = dict(roles)
    for membership in company_users.roles_in_company(manager.company_id, [user.id])[user.id]:
        role = wanted.pop(membership.account_id, None)
        if role is None:
            session.delete(membership)
        else:
            membership.role = role
    session.add_all(
        Membership(user_id=user.id, account_id=account_id, role=role)
        for account_id, role in wanted.items()
    )


def _move(user: User, mail_address: str) -> None:
    user.mail_address = mail_address
    try:
        session.flush()
    except IntegrityError as error:  # another company has just taken the address
        raise Refusal("mail_address_unavailable") from error


def _end_sessions(user: User) -> None:
    user.session_epoch += 1
    password_reset.end_all_of(user.id, clock.now())


def _facts(manager: Manager, user: User) -> dict[str, Any]:
    roles = company_users.roles_in_company(manager.company_id, [user.id])[user.id]
    return {
        "mail_address": user.mail_address,
        "name": user.name,
        "is_active": user.is_active,
        "roles": [{"account": row.account.name, "role": row.role.value} for row in roles],
    }


def _record_change(
    manager: Manager, action: str, subject: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """The changed fields only; nothing when nothing changed."""
    changed = [key for key in before if before[key] != after[key]]
    if changed:
        audit.record(
            action,
            subject,
            before={key: before[key] for key in changed},
            after={key: after[key] for key in changed},
            company_id=manager.company_id,
        )
