"""The messages that wait for a worker: whose turn is next, fairly between accounts."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select, update
from sqlalchemy.orm import aliased

from app.domain.sms_status import MessageStatus
from app.models import suppressed_number
from app.models.database import session
from app.models.message import Message, is_waiting
from app.models.send_attempt import SendAttempt


@dataclass(frozen=True)
class Claim:
    """One attempt to hand over one message, a worker's own."""

    message_id: uuid.UUID
    number: int
    sender: str
    recipient: str
    text: str
    claimed_at: datetime
    is_suppressed: bool = False


def claim_next(now: datetime, *, queued_after: datetime) -> Claim | None:
    """Waiting and due → sending: the longest waiting message of an account drawn at random among
    those that have one, for exactly one of the workers that ask.

    An account with a thousand messages is drawn no oftener than one with a single message. Those
    queued at `queued_after` or before have expired and are left alone.
    """
    accounts = _accounts_with_due(now)
    random.shuffle(accounts)
    for account_id in accounts:
        message = session.scalar(
            select(Message)
            .where(
                is_waiting(Message),
                Message.account_id == account_id,
                Message.next_attempt_at <= now,
                Message.queued_at > queued_after,
            )
            .order_by(Message.next_attempt_at, Message.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if message is not None:
            _take(message, now)
            is_suppressed = suppressed_number.holds(account_id, message.recipient)
            return claim_of(message, is_suppressed=is_suppressed)
    return None


def claim_of(message: Message, *, is_suppressed: bool = False) -> Claim:
    """The attempt that is under way."""
    assert message.claimed_at is not None, "whoever claims says when"
    return Claim(
        message.id,
        message.attempts,
        message.sender,
        message.recipient,
        message.text,
        message.claimed_at,
        is_suppressed,
    )


def _take(message: Message, now: datetime) -> None:
    message.status = MessageStatus.SENDING
    message.claimed_at = now
    message.attempts += 1
    session.add(
        SendAttempt(
            message_id=message.id,
            number=message.attempts,
            account_id=message.account_id,
            claimed_at=now,
        )
    )


def _accounts_with_due(now: datetime) -> list[int]:
    """Hops from account to account in the index of the waiting, however many messages each has."""
    due = aliased(Message)
    first = select(func.min(Message.account_id).label("account_id")).where(is_waiting(Message))
    hops = first.cte("accounts", recursive=True)
    following = (
        select(func.min(Message.account_id))
        .where(is_waiting(Message), Message.account_id > hops.c.account_id)
        .scalar_subquery()
    )
    hops = hops.union_all(select(following).where(hops.c.account_id.is_not(None)))
    first_due = (
        select(func.min(due.next_attempt_at))
        .where(is_waiting(due), due.account_id == hops.c.account_id)
        .scalar_subquery()
    )
    return list(session.scalars(select(hops.c.account_id).where(first_due <= now)))


def count_due(now: datetime, most: int) -> int:
    """How many messages are due, counted up to `most`."""
    due = select(literal(1)).where(is_waiting(Message), Message.next_attempt_at <= now).limit(most)
    return session.scalar(select(func.count()).select_from(due.subquery())) or 0


def settle_expired(now: datetime, *, queued_until: datetime) -> int:
    """Messages that waited too long are sent to nobody any more; returns how many."""
    expired = session.execute(
        update(Message)
        .where(is_waiting(Message), Message.queued_at <= queued_until)
        .values(status=MessageStatus.INTERNAL_ERROR, error_code="expired", settled_at=now)
        .execution_options(synchronize_session=False)
    )
    return expired.rowcount  # type: ignore[attr-defined, no-any-return]
