"""The passwords a user had, as hashes, so that he does not choose one of the last again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.database import Base, session


class PasswordHistory(Base):
    __tablename__ = "password_history"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("company_user.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(default=clock.now)


def last_hashes(user_id: int, count: int) -> Sequence[str]:
    """The newest first."""
    return session.scalars(
        select(PasswordHistory.password_hash)
        .where(PasswordHistory.user_id == user_id)
        .order_by(PasswordHistory.id.desc())
        .limit(count)
    ).all()


def remember(user_id: int, password_hash: str, set_at: datetime, keep: int) -> None:
    """Add a password that is given up; of all that were, the `keep` newest stay."""
    session.add(PasswordHistory(user_id=user_id, password_hash=password_hash, set_at=set_at))
    session.flush()
    kept = (
        select(PasswordHistory.id)
        .where(PasswordHistory.user_id == user_id)
        .order_by(PasswordHistory.id.desc())
        .limit(keep)
    )
    session.execute(
        delete(PasswordHistory)
        .where(PasswordHistory.user_id == user_id, PasswordHistory.id.not_in(kept))
        .execution_options(synchronize_session=False)
    )
