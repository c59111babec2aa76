"""What waits, hangs or failed lately, counted for whoever watches over the product.

Each count stops at `MOST_COUNTED`, so that it costs the same when everything piles up.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, text

from app.domain.sms_status import MessageStatus
from app.models.database import first_id, session
from app.models.mail import Mail, MailStatus
from app.models.message import Message, is_in_flight, is_waiting

MOST_COUNTED = 1000


def database_version() -> str:
    """Such as "PostgreSQL 15.8"; raises when the database cannot be asked."""
    if session.get_bind().dialect.name == "sqlite":
        return f"SQLite {session.scalar(text('SELECT sqlite_version()'))}"
    version = session.scalar(text("SHOW server_version"))  # "15.8 (Debian 15.8-0+deb12u1)"
    return f"PostgreSQL {str(version).split()[0]}"


def waiting_messages() -> tuple[int, datetime | None]:
    """How many messages wait for a worker, and since when the first of them does."""
    oldest = session.scalar(select(func.min(Message.queued_at)).where(is_waiting(Message)))
    return _count(is_waiting(Message)), oldest


def sending_messages(claimed_before: datetime) -> tuple[int, int]:
    """How many messages are being handed over, and of how many nobody knows what became of it, as
    they were claimed before that moment."""
    sending = (is_in_flight(), Message.status == MessageStatus.SENDING)
    return _count(*sending), _count(*sending, Message.claimed_at < claimed_before)


def dead_letters(since: datetime) -> int:
    """Given up, of those that were accepted since then."""
    return _count(Message.status == MessageStatus.INTERNAL_ERROR, Message.id >= first_id(since))


def waiting_mails() -> tuple[int, datetime | None]:
    """How many mails wait, and since when the first of them does."""
    waiting = Mail.status == MailStatus.WAITING
    return _count(waiting), session.scalar(select(func.min(Mail.created_at)).where(waiting))


def failed_mails(since: datetime) -> int:
    """Given up, of those that were due since then."""
    return _count(Mail.status == MailStatus.FAILED, Mail.next_attempt_at >= since)


def _count(*conditions: ColumnElement[Any]) -> int:
    rows = select(literal(1)).where(*conditions).limit(MOST_COUNTED)
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0
