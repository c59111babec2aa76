"""配信停止リスト: numbers to which an account sends no SMS."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, Select, String, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.database import Base, insert_ignoring, session
from app.models.number_list import spellings
from app.models.tenant_scope import TenantMixin

ROWS_PER_STATEMENT = 1000


class Reason(StrEnum):
    """How a number came onto the list."""

    BY_HAND = "by_hand"
    FILE = "file"
    STOP_REPLY = "stop_reply"


class SuppressedNumber(TenantMixin, Base):
    """`number` in E.164."""

    __tablename__ = "suppressed_number"
    __table_args__ = (UniqueConstraint("account_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    reason: Mapped[Reason] = mapped_column(
        Enum(
            Reason,
            native_enum=False,
            length=20,
            values_callable=lambda reasons: [reason.value for reason in reasons],
        )
    )
    added_at: Mapped[datetime] = mapped_column(default=clock.now)

    def __repr__(self) -> str:
        return self.number


def holds(account_id: int, number: str) -> bool:
    """Whether this account sends nothing there."""
    found = select(SuppressedNumber.id).where(
        SuppressedNumber.account_id == account_id, SuppressedNumber.number == number
    )
    return session.scalar(found) is not None


def add_if_new(account_id: int, numbers: Sequence[str], reason: Reason) -> int:
    """Put them on the list; returns how many were not on it yet."""
    added = 0
    for start in range(0, len(numbers), ROWS_PER_STATEMENT):
        rows = [
            {"account_id": account_id, "number": number, "reason": reason, "added_at": clock.now()}
            for number in numbers[start : start + ROWS_PER_STATEMENT]
        ]
        added += len(insert_ignoring(SuppressedNumber, rows, SuppressedNumber.id))
    return added


def by_id(entry_id: int) -> SuppressedNumber | None:
    """The entry, if it belongs to the account in scope."""
    return session.scalar(select(SuppressedNumber).where(SuppressedNumber.id == entry_id))


def count(search: str) -> int:
    """How many numbers of the account in scope contain `search`, as people write it."""
    return session.scalar(_matching(select(func.count(SuppressedNumber.id)), search)) or 0


def page(search: str, *, offset: int, limit: int) -> Sequence[SuppressedNumber]:
    """The newest first."""
    rows = _matching(select(SuppressedNumber), search).order_by(
        SuppressedNumber.added_at.desc(), SuppressedNumber.id.desc()
    )
    return session.scalars(rows.offset(offset).limit(limit)).all()


def _matching(statement: Select[Any], search: str) -> Select[Any]:
    if not search:
        return statement
    return statement.where(
        or_(False, *(SuppressedNumber.number.contains(part) for part in spellings(search)))
    )
