"""How many SMS were asked for today, per caller and per number keyed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Enum, ForeignKey, String, delete
from sqlalchemy.orm import Mapped, mapped_column

from app.models.database import Base, execute_upsert, insert_on_conflict, session
from app.models.tenant_scope import TenantMixin


class AskedBy(StrEnum):
    """Whose SMS are counted: those a caller asked for, or those asked for to a number keyed in."""

    CALLER = "caller"
    KEYED = "keyed"


@dataclass(frozen=True)
class DailyLimits:
    """SMS per account and day in Japan: to one number that callers keyed in, and asked for by one
    caller."""

    per_recipient: int
    per_caller: int

    def most(self, kind: AskedBy) -> int:
        return self.per_caller if kind is AskedBy.CALLER else self.per_recipient


def asked_by(caller: str | None, recipient: str) -> dict[AskedBy, str]:
    """Among whose SMS one to this recipient counts."""
    numbers = {}
    if caller is not None:
        numbers[AskedBy.CALLER] = caller
    if recipient != caller:
        numbers[AskedBy.KEYED] = recipient
    return numbers


class SmsQuota(TenantMixin, Base):
    """A day in Japan. `asked` goes on counting beyond the limit."""

    __tablename__ = "sms_quota"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[AskedBy] = mapped_column(
        Enum(
            AskedBy,
            native_enum=False,
            length=10,
            values_callable=lambda kinds: [kind.value for kind in kinds],
        ),
        primary_key=True,
    )
    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    asked: Mapped[int]


def count_one(account_id: int, day: date, numbers: Mapping[AskedBy, str]) -> Mapping[AskedBy, int]:
    """Count one more SMS for each; returns the counts with it.

    One statement that locks its rows until the transaction ends: of many at once each gets a
    different count. The rows come in the order of their kinds, so that no two wait for each other.
    """
    rows = [
        {"account_id": account_id, "day": day, "kind": kind, "number": numbers[kind], "asked": 1}
        for kind in sorted(numbers)
    ]
    counted = (
        insert_on_conflict(SmsQuota)
        .on_conflict_do_update(
            index_elements=["account_id", "day", "kind", "number"],
            set_={"asked": SmsQuota.asked + 1},
        )
        .returning(SmsQuota.kind, SmsQuota.asked)
    )
    return dict(execute_upsert(counted, rows, key="count one SMS more").tuples().all())


def forget_before(day: date) -> None:
    session.execute(delete(SmsQuota).where(SmsQuota.day < day))
