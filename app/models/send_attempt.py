"""Each hand-over of a message to Plivo, tried or done."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Enum, ForeignKey, String, Uuid, select
from sqlalchemy.orm import Mapped, mapped_column

from app.models.database import Base, session
from app.models.tenant_scope import TenantMixin


class AttemptOutcome(StrEnum):
    """What is known to have become of a hand-over."""

    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    REFUSED = "refused"


class SendAttempt(TenantMixin, Base):
    """`outcome` is None while it is not known. `number` counts from 1."""

    __tablename__ = "send_attempt"

    message_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("message.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    claimed_at: Mapped[datetime]
    provider_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    outcome: Mapped[AttemptOutcome | None] = mapped_column(
        Enum(
            AttemptOutcome,
            native_enum=False,
            length=20,
            values_callable=lambda outcomes: [each.value for each in outcomes],
        )
    )
    error_code: Mapped[str | None] = mapped_column(String(10))


def of_message(message_id: uuid.UUID) -> Sequence[SendAttempt]:
    """In their order."""
    return session.scalars(
        select(SendAttempt).where(SendAttempt.message_id == message_id).order_by(SendAttempt.number)
    ).all()


def holder_of(provider_id: str) -> SendAttempt | None:
    """The attempt that Plivo accepted under this id."""
    return session.scalar(select(SendAttempt).where(SendAttempt.provider_id == provider_id))


def provider_ids_taken(provider_ids: Collection[str]) -> set[str]:
    """Those of Plivo's message ids that belong to an attempt of ours already."""
    return set(
        session.scalars(
            select(SendAttempt.provider_id).where(SendAttempt.provider_id.in_(provider_ids))
        )
    )
