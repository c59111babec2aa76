"""SMS: one message to one person, and where it stands."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Enum,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    Uuid,
    bindparam,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.domain.carriers import Carrier
from app.domain.sms_status import NO_RESULT_AFTER, MessageStatus
from app.models.database import Base, new_id, partial_index, session
from app.models.tenant_scope import TenantMixin


def _values(members: type[MessageStatus] | type[Carrier]) -> list[str]:
    return [member.value for member in members]


_IN_FLIGHT_STATUSES = (MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.AWAITING_RESULT)
_BY_TIME = ("accepted_at", "id", "status", "carrier")  # the last two: looked at without the row
NOT_DELIVERED = "status <> 'delivered'"
IN_FLIGHT = "status IN ('sending', 'sent', 'awaiting_result')"


class Message(TenantMixin, Base):
    """Numbers are E.164, `sender` national digits. `body` is the template with long URLs, `text`
    what was sent.

    `units` counts UTF-16 units of `text`, `parts` our own computation, `billed_units` what Plivo
    charged. `queued_at` is since when it waits. `next_attempt_at` is when to send it (again) while
    it waits, when to ask Plivo about it once it was sent, and until when it is being looked up
    while its hand-over is unclear. `attempts` counts the hand-overs (`SendAttempt`), `delays` those
    since `queued_at` that Plivo did not accept, `resends` how often it was sent again by itself;
    `resend_at` is when it will be. `opened_at` is when a person first followed one of its short
    URLs.
    """

    __tablename__ = "message"
    # Each change of status writes to every index of the row: docs/decisions/0014 says what for.
    __table_args__ = (
        Index("ix_message_account_id_accepted_at_id", "account_id", *_BY_TIME),
        Index("ix_message_account_id_incoming_number", "account_id", "incoming_number", *_BY_TIME),
        Index("ix_message_recipient_accepted_at", "recipient", "accepted_at", "id"),
        partial_index(
            "ix_message_account_id_status",
            NOT_DELIVERED,
            "account_id",
            "status",
            "accepted_at",
            "id",
        ),
        partial_index("ix_message_status", NOT_DELIVERED, "status", "id"),
        partial_index("ix_message_in_flight", IN_FLIGHT, "status", "next_attempt_at"),
        partial_index(
            "ix_message_waiting", "status = 'waiting'", "account_id", "next_attempt_at", "id"
        ),
        partial_index("ix_message_resend_at", "resend_at IS NOT NULL", "resend_at"),
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
    queued_at: Mapped[datetime] = mapped_column(default=clock.now)
    next_attempt_at: Mapped[datetime] = mapped_column(default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    delays: Mapped[int] = mapped_column(default=0)
    resends: Mapped[int] = mapped_column(default=0)
    resend_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    carrier: Mapped[Carrier | None] = mapped_column(
        Enum(Carrier, native_enum=False, length=20, values_callable=_values)
    )
    billed_units: Mapped[int | None]
    error_code: Mapped[str | None] = mapped_column(String(10))
    report_sequence: Mapped[int | None]


def is_waiting(table: type[Message]) -> ColumnElement[bool]:
    """Written out rather than bound: only so does the partial index serve it."""
    return table.status == literal(MessageStatus.WAITING, Message.status.type, literal_execute=True)


def waiting_since(now: datetime) -> dict[str, Any]:
    """How a message begins, by its columns."""
    return {
        "status": MessageStatus.WAITING,
        "accepted_at": now,
        "queued_at": now,
        "next_attempt_at": now,
        "attempts": 0,
        "delays": 0,
        "resends": 0,
    }


def is_in_flight() -> ColumnElement[bool]:
    """Written out for the same reason."""
    return Message.status.in_(
        bindparam("in_flight", _IN_FLIGHT_STATUSES, expanding=True, literal_execute=True)
    )


def lock(message_id: uuid.UUID) -> Message | None:
    """The message, locked until the transaction ends."""
    return session.scalar(select(Message).where(Message.id == message_id).with_for_update())


def take_unclear(
    now: datetime, *, claimed_before: datetime, until: datetime, limit: int
) -> Sequence[Message]:
    """Messages whose worker has not told for long what became of them, oldest claim first. Taken
    for a look-up: until then nobody else gets any.

    Nothing while others are being looked up: Plivo's list is asked too seldom for two.
    """
    if session.scalar(
        select(literal(1))
        .where(
            is_in_flight(),
            Message.status == MessageStatus.SENDING,
            Message.next_attempt_at > now,
        )
        .limit(1)
    ):
        return []
    unclear = session.scalars(
        _claimed()
        .where(Message.claimed_at < claimed_before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for message in unclear:
        message.next_attempt_at = until
    return unclear


def leave_unclear(now: datetime, message_ids: Collection[uuid.UUID]) -> None:
    """Those of them that the look-up could not settle may be taken again."""
    session.execute(
        update(Message)
        .where(Message.id.in_(message_ids), Message.status == MessageStatus.SENDING)
        .values(next_attempt_at=now)
        .execution_options(synchronize_session=False)
    )


def claimed(message_ids: Collection[uuid.UUID]) -> Sequence[Message]:
    """Those of them that are being handed over, or whose outcome is unclear; oldest claim first."""
    return session.scalars(_claimed().where(Message.id.in_(message_ids))).all()


def claimed_to(recipients: Collection[str]) -> Sequence[Message]:
    """All such messages to these numbers."""
    return session.scalars(_claimed().where(Message.recipient.in_(recipients))).all()


def _claimed() -> Select[tuple[Message]]:
    return (
        select(Message)
        .where(is_in_flight(), Message.status == MessageStatus.SENDING)
        .order_by(Message.claimed_at, Message.id)
    )


def unreported(now: datetime, limit: int) -> Sequence[Message]:
    """Handed over, and `next_attempt_at`, the time to ask Plivo about them, has come."""
    return session.scalars(
        select(Message)
        .where(
            is_in_flight(),
            Message.status.in_((MessageStatus.SENT, MessageStatus.AWAITING_RESULT)),
            Message.provider_id.is_not(None),
            Message.next_attempt_at <= now,
        )
        .order_by(Message.next_attempt_at)
        .limit(limit)
    ).all()


def to_resend(now: datetime, limit: int) -> Sequence[Message]:
    """Rested, and `resend_at` has come; locked."""
    return session.scalars(
        select(Message)
        .where(Message.resend_at <= now, Message.status == MessageStatus.RETRYABLE)
        .order_by(Message.resend_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def settle_unknown(now: datetime) -> None:
    """Sent to docomo an hour ago or longer, and no result since → UNKNOWN."""
    session.execute(
        update(Message)
        .where(
            is_in_flight(),
            Message.status.in_((MessageStatus.SENT, MessageStatus.AWAITING_RESULT)),
            Message.carrier == Carrier.DOCOMO,
            Message.sent_at <= now - NO_RESULT_AFTER,
        )
        .values(status=MessageStatus.UNKNOWN, settled_at=now)
        .execution_options(synchronize_session=False)
    )
