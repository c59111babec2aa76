"""権限: which role a user holds in which account."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Enum, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.domain.roles import Role
from app.models.account import Account
from app.models.company import Company
from app.models.database import Base, session
from app.models.user import User


class Membership(Base):
    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("user_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("company_user.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[Role] = mapped_column(
        Enum(
            Role,
            native_enum=False,
            length=20,
            values_callable=lambda roles: [role.value for role in roles],
        )
    )
    user: Mapped[User] = relationship()
    account: Mapped[Account] = relationship()


def of_user(user_id: int) -> Sequence[Membership]:
    """The accounts a user may enter, by company and account name, each with account and company
    loaded."""
    return session.scalars(
        select(Membership)
        .join(Membership.account)
        .join(Account.company)
        .where(Membership.user_id == user_id)
        .options(joinedload(Membership.account).joinedload(Account.company))
        .order_by(Company.name, Account.name)
    ).all()


def company_ids_of(user_id: int) -> Sequence[int]:
    """The companies the user belongs to."""
    return session.scalars(
        select(Account.company_id)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.user_id == user_id)
        .distinct()
        .order_by(Account.company_id)
    ).all()


def of_user_in_account(user_id: int, account_id: int) -> Membership | None:
    """What the user is in this account, account and company loaded; None where he is nothing."""
    return session.scalar(
        select(Membership)
        .where(Membership.user_id == user_id, Membership.account_id == account_id)
        .options(joinedload(Membership.account).joinedload(Account.company))
    )
