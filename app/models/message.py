"""SMS: one message to one person, and where it stands."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Enum, ForeignKey, Index, String, Text, Uuid, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.domain.carriers import Carrier
from app.domain.sms_status import MessageStatus
from app.models.database import Base, new_id, session
from app.models.tenant_scope import TenantMixin


def _values(members: type[MessageStatus] | type[Carrier]) -> list[str]:
    return [member.value for member in members]


class Message(TenantMixin, Base):
    """Numbers are E.164, `sender` national digits. `body` is the template with long URLs, `text`
    what was sent.

    `units` counts UTF-16 units of `text`, `parts` our own computation, `billed_units` what Plivo
    charged. `next_attempt_at` is when to send it (again) while it waits, and when to ask Plivo
    about it once it was sent.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_account_id_accepted_at", "account_id", "accepted_at", "id"),
        Index("ix_message_status_next_attempt_at", "status", "next_attempt_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call.id"), unique=True)
    incoming_number: Mapped[str] = mapped_column(String(20))
    sender: Mapped[str] = mapped_column(String(11))
    recipient: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    units: Mapped[int]
    parts: Mapped[int]
    status: Mapped[MessageStatus] = mapped_column(
        Enum(MessageStatus, native_enum=False, length=20, values_callable=_values),
        default=MessageStatus.WAITING,
    )
    accepted_at: Mapped[datetime] = mapped_column(default=clock.now)
    next_attempt_at: Mapped[datetime] = mapped_column(default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    carrier: Mapped[Carrier | None] = mapped_column(
        Enum(Carrier, native_enum=False, length=20, values_callable=_values)
    )
    billed_units: Mapped[int | None]
    error_code: Mapped[str | None] = mapped_column(String(10))
    report_sequence: Mapped[int | None]


def lock(message_id: uuid.UUID) -> Message | None:
    """The message, locked until the transaction ends."""
    return session.scalar(select(Message).where(Message.id == message_id).with_for_update())


def claim(message_id: uuid.UUID, now: datetime) -> bool:
    """Waiting and due → sending, for exactly one of the workers that try."""
    claimed = session.execute(
        update(Message)
        .where(
            Message.id == message_id,
            Message.status == MessageStatus.WAITING,
            Message.next_attempt_at <= now,
        )
        .values(status=MessageStatus.SENDING, claimed_at=now, attempts=Message.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(claimed.rowcount)  # type: ignore[attr-defined]


def due(now: datetime, limit: int) -> Sequence[uuid.UUID]:
    """Waiting messages whose time has come, the longest waiting first."""
    return session.scalars(
        select(Message.id)
        .where(Message.status == MessageStatus.WAITING, Message.next_attempt_at <= now)
        .order_by(Message.next_attempt_at)
        .limit(limit)
    ).all()


def claimed_before(moment: datetime, limit: int) -> Sequence[uuid.UUID]:
    """Messages whose worker has not told for long what became of them."""
    return session.scalars(
        select(Message.id)
        .where(Message.status == MessageStatus.SENDING, Message.claimed_at < moment)
        .order_by(Message.claimed_at)
        .limit(limit)
    ).all()


def unreported(now: datetime, limit: int) -> Sequence[Message]:
    """Handed over, and `next_attempt_at`, the time to ask Plivo about them, has come."""
    return session.scalars(
        select(Message)
        .where(
            Message.status.in_((MessageStatus.SENT, MessageStatus.AWAITING_RESULT)),
            Message.provider_id.is_not(None),
            Message.next_attempt_at <= now,
        )
        .order_by(Message.next_attempt_at)
        .limit(limit)
    ).all()


def provider_ids_taken(provider_ids: Collection[str]) -> set[str]:
    """Those of Plivo's message ids that belong to a message of ours already."""
    return set(
        session.scalars(select(Message.provider_id).where(Message.provider_id.in_(provider_ids)))
    )
