"""Signs of life of the programs that serve no pages: each worker, and beat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app.models.database import Base, insert_on_conflict, session


class Heartbeat(Base):
    """`name` is Celery's name of the worker, or `beat`. What Plivo's API last answered to this
    worker stands here too, as no other program asks it all the time."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    beaten_at: Mapped[datetime]
    tasks_running: Mapped[int | None]
    plivo_answered_at: Mapped[datetime | None]
    plivo_failed_at: Mapped[datetime | None]
    plivo_failure: Mapped[str | None] = mapped_column(String(100))


def put(name: str, beaten_at: datetime, **values: Any) -> None:
    """Write or overwrite the one row of this name; `values` are further columns."""
    row = {"beaten_at": beaten_at, **values}
    session.execute(
        insert_on_conflict(Heartbeat)
        .values(name=name, **row)
        .on_conflict_do_update(index_elements=[Heartbeat.name], set_=row)
    )


def in_order() -> Sequence[Heartbeat]:
    """All of them, by name."""
    return session.scalars(select(Heartbeat).order_by(Heartbeat.name)).all()


def remove(name: str) -> None:
    session.execute(delete(Heartbeat).where(Heartbeat.name == name))


def remove_silent_since(moment: datetime) -> None:
    session.execute(delete(Heartbeat).where(Heartbeat.beaten_at < moment))
