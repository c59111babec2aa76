"""What tests of a company's users share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.roles import Role
from app.models.account import Account
from app.models.audit_entry import AuditEntry
from app.models.company import Company
from app.models.database import session
from app.models.membership import Membership
from app.models.user import User
from app.services.company_users import (
    Manager,
    state_of,
    update_user,
)

ADDRESS = "hanako@example.jp"


@dataclass
class Place:
    """A company with two accounts, its admin, and another company."""

    company: Company
    head: Account
    branch: Account
    admin: User
    foreign: Account
    manager: Manager


def now(user_id: int) -> User:
    session.remove()
    return session.get_one(User, user_id)


def roles_of(user_id: int) -> set[tuple[int, Role]]:
    rows = session.query(Membership).filter(Membership.user_id == user_id)
    return {(row.account_id, row.role) for row in rows}


def last_entry() -> AuditEntry:
    return session.query(AuditEntry).order_by(AuditEntry.id.desc()).first() or AuditEntry()


def save(place: Place, user: User, **changes: Any) -> None:
    """Edit a user whose one role is 一般利用者 of the head office."""
    same: dict[str, Any] = {
        "mail_address": user.mail_address,
        "name": user.name,
        "roles": [(place.head.id, Role.MEMBER)],
        "is_active": user.is_active,
        "seen": state_of(place.manager, user),
    }
    update_user(place.manager, user.id, **(same | changes))
