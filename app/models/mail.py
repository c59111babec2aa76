"""A mail to a user, and whether it has left. The row is the truth, the queue a hint, as for
messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Enum, ForeignKey, Index, String, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.database import Base, session


class MailStatus(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Mail(Base):
    """`body` is emptied once the mail has left: it holds a password or a link."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_status_next_attempt_at", "status", "next_attempt_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("company_user.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[MailStatus] = mapped_column(
        Enum(
            MailStatus,
            native_enum=False,
            length=20,
            values_callable=lambda members: [member.value for member in members],
        ),
        default=MailStatus.WAITING,
    )
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    next_attempt_at: Mapped[datetime] = mapped_column(default=clock.now)
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))


def claim(mail_id: int, now: datetime) -> bool:
    """Waiting and due → sending, for exactly one of the workers that try."""
    claimed = session.execute(
        update(Mail)
        .where(Mail.id == mail_id, Mail.status == MailStatus.WAITING, Mail.next_attempt_at <= now)
        .values(status=MailStatus.SENDING, claimed_at=now, attempts=Mail.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(claimed.rowcount)  # type: ignore[attr-defined]


def due(now: datetime, limit: int) -> Sequence[int]:
    """Waiting mails whose time has come, the longest waiting first."""
    return session.scalars(
        select(Mail.id)
        .where(Mail.status == MailStatus.WAITING, Mail.next_attempt_at <= now)
        .order_by(Mail.next_attempt_at)
        .limit(limit)
    ).all()


def lock(mail_id: int) -> Mail | None:
    """The mail, kept from others until the transaction ends."""
    return session.get(Mail, mail_id, with_for_update=True)


def claimed_before(moment: datetime, limit: int) -> Sequence[tuple[int, int]]:
    """Id and number of attempts of mails that somebody began to send before `moment` and did not
    report on, the oldest first."""
    return [
        (mail_id, attempts)
        for mail_id, attempts in session.execute(
            select(Mail.id, Mail.attempts)
            .where(Mail.status == MailStatus.SENDING, Mail.claimed_at < moment)
            .order_by(Mail.claimed_at)
            .limit(limit)
        )
    ]
