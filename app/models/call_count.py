"""The counts of a day's calls, kept so that nobody has to read the calls again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Integer, delete, insert, select, tuple_
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.call_outcomes import SUMMED
from app.models.account import Account
from app.models.database import Base, session
from app.models.tenant_scope import TenantMixin

HOURS = tuple(f"hour_{hour:02}" for hour in range(24))
NO_VERSION = 0
"""Of calls that met no published flow."""
_ROWS_AT_ONCE = 500


class CallCount(TenantMixin, Base):
    """Calls to a number on a day in Japan that met this version of its flow: the sums of `CallSums`
    and, in HOURS, the calls begun in each hour in Japan. Outlives the calls."""

    __tablename__ = "call_count"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    incoming_number_id: Mapped[int] = mapped_column(
        ForeignKey("incoming_number.id"), primary_key=True
    )
    flow_version_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


for _name in (*SUMMED, *HOURS):
    setattr(CallCount, _name, mapped_column(Integer, nullable=False))


class CountKey(NamedTuple):
    """What is counted together on a day."""

    account_id: int
    incoming_number_id: int
    flow_version_id: int


Counts = Mapping[CountKey, Sequence[int]]
"""In the order of SUMMED, then HOURS."""


def columns() -> list[Any]:
    return [getattr(CallCount, name) for name in (*SUMMED, *HOURS)]


def of_day(day: date) -> Counts:
    """What is stored, of all accounts."""
    keys = [getattr(CallCount, name) for name in CountKey._fields]
    # By the key, which begins with the account: an index of days alone would tempt PostgreSQL to
    # read all accounts' days for one of them.
    every_account = CallCount.account_id.in_(select(Account.id))
    rows = session.execute(select(*keys, *columns()).where(every_account, CallCount.day == day))
    return {CountKey(*row[:3]): tuple(row[3:]) for row in rows}


def replace(day: date, keys: Sequence[CountKey], counts: Counts) -> None:
    """Of these keys store what `counts` has, and nothing for those that it lacks."""
    for start in range(0, len(keys), _ROWS_AT_ONCE):
        some = keys[start : start + _ROWS_AT_ONCE]
        session.execute(
            delete(CallCount)
            .where(
                CallCount.day == day,
                tuple_(
                    CallCount.account_id, CallCount.incoming_number_id, CallCount.flow_version_id
                ).in_(some),
            )
            .execution_options(synchronize_session=False)
        )
        rows = [_row(day, key, counts[key]) for key in some if key in counts]
        if rows:
            session.execute(insert(CallCount), rows)


def _row(day: date, key: CountKey, values: Sequence[int]) -> Mapping[str, Any]:
    return {
        "day": day,
        **key._asdict(),
        **dict(zip((*SUMMED, *HOURS), values, strict=True)),
    }
