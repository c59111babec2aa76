"""A rate that all workers share, kept in the database: when each kind of request may go next."""

from __future__ import annotations

from sqlalchemy import Double, String, case
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.database import Base, insert_on_conflict, session


class RateBucket(Base):
    """`free_at_s` is Unix time: the first moment that nobody has taken."""

    __tablename__ = "rate_bucket"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    free_at_s: Mapped[float] = mapped_column(Double)


def reserve(name: str, interval_s: float, most_wait_s: float) -> float | None:
    """Take the next moment, `interval_s` after the one taken before; returns the seconds until it.

    None, and nothing taken, when that would be more than `most_wait_s`. One statement, so that of
    any number of workers each gets a moment of its own.
    """
    now_s = clock.now().timestamp()
    taken_at_s = case((now_s > RateBucket.free_at_s, now_s), else_=RateBucket.free_at_s)
    free_at_s = session.scalar(
        insert_on_conflict(RateBucket)
        .values(name=name, free_at_s=now_s + interval_s)
        .on_conflict_do_update(
            index_elements=[RateBucket.name],
            set_={"free_at_s": taken_at_s + interval_s},
            where=RateBucket.free_at_s <= now_s + most_wait_s,
        )
        .returning(RateBucket.free_at_s)
    )
    return None if free_at_s is None else max(free_at_s - interval_s - now_s, 0.0)
