"""読み方: how the account's names and words are said, where the voice would guess wrong."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.models.database import Base, session
from app.models.tenant_scope import TenantMixin


class ReadingHint(TenantMixin, Base):
    """`written` as it stands in texts, `reading` in katakana."""

    __tablename__ = "reading_hint"
    __table_args__ = (UniqueConstraint("account_id", "written"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    written: Mapped[str] = mapped_column(String(50))
    reading: Mapped[str] = mapped_column(String(100))

    def __repr__(self) -> str:
        return self.written


def hints_of_account() -> Sequence[ReadingHint]:
    """All of the account in scope, in order of what is written."""
    return session.scalars(select(ReadingHint).order_by(ReadingHint.written)).all()


def readings_of_account() -> dict[str, str]:
    """How each written word of the account in scope is said."""
    rows = session.execute(select(ReadingHint.written, ReadingHint.reading))
    return {row.written: row.reading for row in rows}


def by_id(hint_id: int) -> ReadingHint | None:
    """The hint, if it belongs to the account in scope, as the database has it now."""
    return session.scalar(
        select(ReadingHint)
        .where(ReadingHint.id == hint_id)
        .execution_options(populate_existing=True)
    )
