"""A mailed link and 認証コード with which a password can be set anew, once, for an hour."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.database import Base, session


class PasswordReset(Base):
    """`token_hash` is SHA-256 in hex of the mailed token, `code_hash` of token and code together:
    the few codes there are could be tried out on a hash of their own. `failed_codes` counts wrong
    codes.
    """

    __tablename__ = "password_reset"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("company_user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    failed_codes: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def lock_by_token_hash(token_hash: str) -> PasswordReset | None:
    return session.scalar(
        select(PasswordReset).where(PasswordReset.token_hash == token_hash).with_for_update()
    )


def user_of(token_hash: str) -> int | None:
    """Whose reset it is, ended or not."""
    return session.scalar(
        select(PasswordReset.user_id).where(PasswordReset.token_hash == token_hash)
    )


def is_open(token_hash: str, now: datetime) -> bool:
    """Whether a password can still be set with it."""
    found = session.scalar(
        select(PasswordReset.id).where(
            PasswordReset.token_hash == token_hash,
            PasswordReset.ended_at.is_(None),
            PasswordReset.expires_at > now,
        )
    )
    return found is not None


def end_all_of(user_id: int, now: datetime) -> None:
    """Whatever was mailed to the user before works no longer."""
    session.execute(
        update(PasswordReset)
        .where(PasswordReset.user_id == user_id, PasswordReset.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
