"""What tests of the screens of a company's users share."""

from __future__ import annotations

import re
from typing import Any

from app.models.account import Account
from app.models.database import session
from app.models.membership import Membership
from app.models.user import User

ADDRESS = "hanako@example.jp"


def addresses(page: str) -> list[str]:
    return re.findall(r'company-user__address">([^<]+)</td>', page)


def fields(account: Account, /, **changes: Any) -> dict[str, Any]:
    same: dict[str, Any] = {
        "mail_address": ADDRESS,
        "name": "髙橋 﨑子",
        "account": account.id,
        "role": "member",
        "status": "active",
    }
    return same | changes


def as_stored(user: User) -> tuple[object, ...]:
    session.remove()
    row = session.get_one(User, user.id)
    roles = session.query(Membership).filter(Membership.user_id == user.id)
    return (
        *(getattr(row, column.name) for column in User.__table__.columns),
        sorted((role.account_id, role.role) for role in roles),
    )
