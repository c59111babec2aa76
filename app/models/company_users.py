"""The users of one company: who has a role in one of its accounts and is not deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager
from sqlalchemy.sql.elements import UnaryExpression

from app.domain.roles import Role
from app.models.account import Account
from app.models.company import Company
from app.models.database import session
from app.models.membership import Membership
from app.models.user import User

SORT_COLUMNS: Mapping[str, ColumnElement[object]] = {
    "name": func.lower(User.name),
    "mail_address": func.lower(User.mail_address),
    "last_sign_in_at": func.coalesce(User.last_sign_in_at, User.created_at),
}


def count_users(company_id: int, search: str) -> int:
    found = _users(company_id, search).with_only_columns(func.count())
    return session.scalar(found) or 0


def page_of_users(
    company_id: int, search: str, *, sort: str, descending: bool, offset: int, limit: int
) -> Sequence[User]:
    """`search`: a part of the name or mail address, or an ID. `sort`: a key of SORT_COLUMNS."""
    column = SORT_COLUMNS[sort]
    order: list[UnaryExpression[Any]] = [column.desc() if descending else column.asc()]
    if sort == "last_sign_in_at":  # who never signed in comes last when the newest come first
        never = User.last_sign_in_at.is_(None)
        order.insert(0, never.asc() if descending else never.desc())
    rows = _users(company_id, search).order_by(*order, User.id).offset(offset).limit(limit)
    return session.scalars(rows).all()


def user_of_company(company_id: int, user_id: int) -> User | None:
    return session.scalar(_users(company_id, "").where(User.id == user_id))


def roles_in_company(
    company_id: int, user_ids: Sequence[int]
) -> Mapping[int, Sequence[Membership]]:
    """What these users are in the company's accounts, by account name, each with its account
    loaded."""
    rows = session.scalars(
        select(Membership)
        .join(Membership.account)
        .where(Account.company_id == company_id, Membership.user_id.in_(user_ids))
        .options(contains_eager(Membership.account))
        .order_by(Account.name)
    )
    found: dict[int, list[Membership]] = defaultdict(list)
    for membership in rows:
        found[membership.user_id].append(membership)
    return found


def belongs_elsewhere(company_id: int, user_id: int) -> bool:
    """Whether he has a role in another company too."""
    return user_id in ids_elsewhere(company_id, [user_id])


def ids_elsewhere(company_id: int, user_ids: Sequence[int]) -> set[int]:
    """Those of these users who have a role in another company too."""
    rows = (
        select(Membership.user_id)
        .join(Membership.account)
        .where(Account.company_id != company_id, Membership.user_id.in_(user_ids))
    )
    return set(session.scalars(rows))


def was_user_of_company(company_id: int, user_id: int) -> bool:
    """Deleted users keep their roles, so that they can be restored."""
    return bool(roles_in_company(company_id, [user_id]))


def is_company_admin(company_id: int, user_id: int) -> bool:
    """Whether he may manage this company's users: a company admin, active and not deleted."""
    user = user_of_company(company_id, user_id)
    roles = roles_in_company(company_id, [user_id])[user_id] if user else []
    return bool(user and user.is_active) and any(r.role is Role.COMPANY_ADMIN for r in roles)


def accounts_of(company_id: int) -> Sequence[Account]:
    return session.scalars(
        select(Account).where(Account.company_id == company_id).order_by(Account.name)
    ).all()


def lock_company(company_id: int) -> None:
    """Until the transaction ends, others who change this company's users wait."""
    session.execute(select(Company.id).where(Company.id == company_id).with_for_update())


def _users(company_id: int, search: str) -> Select[tuple[User]]:
    """Whatever account is in scope: memberships are no tenant's rows, companies see all of
    theirs."""
    role, account = aliased(Membership), aliased(Account)
    rows = select(User).where(
        User.deleted_at.is_(None),
        User.is_operator.is_(False),
        exists()
        .where(role.user_id == User.id, role.account_id == account.id)
        .where(account.company_id == company_id),
    )
    if not search:
        return rows
    matches = [
        User.name.icontains(search, autoescape=True),
        User.mail_address.icontains(search, autoescape=True),
    ]
    if search.isascii() and search.isdigit() and len(search) < 10:
        matches.append(User.id == int(search))
    return rows.where(or_(*matches))
