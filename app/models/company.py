"""企業: the tenant."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.models.account import Account
from app.models.database import Base, session


class Company(Base):
    __tablename__ = "company"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    requires_totp: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    accounts: Mapped[list[Account]] = relationship(back_populates="company", order_by=Account.name)

    def __repr__(self) -> str:
        return self.name


def is_any() -> bool:
    return session.scalar(select(Company.id).limit(1)) is not None
