"""企業ユーザー, and our own operators: who may sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.database import Base, session


class User(Base):
    """`is_active` is 有効/停止. The four properties below are what Flask-Login asks of a user."""

    __tablename__ = "company_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    mail_address: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(String(200))
    is_operator: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    last_sign_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_anonymous(self) -> bool:
        return False

    def get_id(self) -> str:
        return str(self.id)

    def __repr__(self) -> str:
        return self.name


def by_mail_address(mail_address: str) -> User | None:
    """The user with this address, in whatever case it is typed."""
    return session.scalar(
        select(User).where(func.lower(User.mail_address) == mail_address.strip().lower())
    )
