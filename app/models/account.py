"""アカウント: a unit of use within a company; owns numbers, sender numbers and logs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.models.database import Base, session

if TYPE_CHECKING:
    from app.models.company import Company


class Account(Base):
    """`may_members_delete_published`: whether a 一般利用者 may delete a flow that callers hear.
    `has_softbank_sender`: the 「SMS表示元番号変更オプション」, with which SoftBank handsets show
    the account's own sender number instead of a fixed one with 6 digits.
    `resends_automatically`: 「自動再送」, whether messages that rest as リトライ are sent again."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("company_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    name: Mapped[str] = mapped_column(String(200))
    may_members_delete_published: Mapped[bool] = mapped_column(default=True)
    has_softbank_sender: Mapped[bool] = mapped_column(default=False)
    resends_automatically: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    company: Mapped[Company] = relationship(back_populates="accounts")

    def __repr__(self) -> str:
        return self.name


def lock(account_id: int) -> None:
    """Inside a transaction: whoever else locks the account waits until it ends."""
    session.execute(
        select(Account.id).where(Account.id == account_id).with_for_update(key_share=True)
    )
