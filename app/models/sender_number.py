"""送信元表示番号: the number that the handset shows as the sender of an SMS."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.models.database import Base, session
from app.models.tenant_scope import TenantMixin


class SenderNumber(TenantMixin, Base):
    """`digits` is the national form with 10 or 11 digits, such as 0312345678."""

    __tablename__ = "sender_number"
    __table_args__ = (UniqueConstraint("account_id", "digits"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digits: Mapped[str] = mapped_column(String(11))

    def __repr__(self) -> str:
        return self.digits


def digits_of_account() -> Sequence[str]:
    """The sender numbers of the account in scope, in order."""
    return session.scalars(select(SenderNumber.digits).order_by(SenderNumber.digits)).all()
