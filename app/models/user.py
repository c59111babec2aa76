"""企業ユーザー, and our own operators: who may sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.database import Base, session


class User(Base):
    """`is_active` is 有効/停止. The properties below are what Flask-Login asks of a user.

    `failed_sign_ins` counts wrong passwords in a row; a session carries the `session_epoch` it
    began with and ends when that is counted up. A deleted user keeps the mail address blocked. With
    a `totp_secret` (base32, sealed) a second factor is asked for; `totp_last_step` is the last
    30-second step whose code was used, so that no code works twice.
    """

    __tablename__ = "company_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    mail_address: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(String(200))
    is_operator: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    password_set_at: Mapped[datetime] = mapped_column(default=clock.now)
    password_is_temporary: Mapped[bool] = mapped_column(default=False)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    session_epoch: Mapped[int] = mapped_column(default=0)
    totp_secret: Mapped[str | None] = mapped_column(String(200))
    totp_last_step: Mapped[int | None]
    last_sign_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    deleted_at: Mapped[datetime | None]

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


def lock(user_id: int) -> User | None:
    """The user's row as it is now, held until the transaction ends: others who sign in wait."""
    return session.scalar(
        select(User)
        .where(User.id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
