"""Which days' calls have been counted. One row locks the whole day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.database import Base, insert_if_new, session


class CountedDay(Base):
    """A day in Japan, of all accounts. Once it is closed its counts stay as they are, for its
    calls may be deleted. `corrected` says in how many accounts' counts a mistake was mended."""

    __tablename__ = "counted_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    counted_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    corrected: Mapped[int]


def lock(day: date) -> tuple[CountedDay, bool]:
    """The day, locked until the transaction ends, and whether nobody has counted it before."""
    is_new = insert_if_new(CountedDay, day=day, counted_at=clock.now(), closed_at=None, corrected=0)
    row = session.scalars(
        select(CountedDay)
        .where(CountedDay.day == day)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return row, is_new


def counted(first: date, last: date) -> set[date]:
    """Those of the days, both ends included, whose counts are there."""
    days = select(CountedDay.day).where(CountedDay.day >= first, CountedDay.day <= last)
    return set(session.scalars(days))


def closed(first: date, last: date) -> set[date]:
    days = select(CountedDay.day).where(
        CountedDay.day >= first, CountedDay.day <= last, CountedDay.closed_at.is_not(None)
    )
    return set(session.scalars(days))


def corrected() -> int:
    """How many accounts' days had to be mended so far."""
    return session.scalar(select(func.coalesce(func.sum(CountedDay.corrected), 0))) or 0
