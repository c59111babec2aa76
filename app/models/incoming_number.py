"""着信用電話番号: a 050 number issued to an account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.database import Base, session
from app.models.tenant_scope import TenantMixin

if TYPE_CHECKING:
    from app.models.flow import Flow


class IncomingNumber(TenantMixin, Base):
    """`number` is E.164 (+815030000001), `label` the account's own memo."""

    __tablename__ = "incoming_number"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    label: Mapped[str] = mapped_column(String(100), default="")
    flow: Mapped[Flow | None] = relationship(
        primaryjoin="and_(IncomingNumber.id == Flow.incoming_number_id, Flow.deleted_at.is_(None))",
        viewonly=True,
    )

    def __repr__(self) -> str:
        return self.number


def by_number(e164: str) -> IncomingNumber | None:
    return session.scalar(select(IncomingNumber).where(IncomingNumber.number == e164))


def by_id(number_id: int) -> IncomingNumber | None:
    return session.scalar(select(IncomingNumber).where(IncomingNumber.id == number_id))


def lock(number_id: int) -> IncomingNumber | None:
    """As `by_id`, locked until the transaction ends, so that no two give it a flow at once."""
    return session.scalar(
        select(IncomingNumber)
        .where(IncomingNumber.id == number_id)
        .with_for_update(key_share=True, of=IncomingNumber)
        .execution_options(populate_existing=True)
    )


def of_account() -> Sequence[IncomingNumber]:
    """All numbers of the account in scope, in order."""
    return session.scalars(select(IncomingNumber).order_by(IncomingNumber.number)).all()
