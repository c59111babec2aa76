"""Handing a message to Plivo: claim it, call, record. Never twice, whatever dies in between.

Plivo has no idempotency key. A message whose hand-over has an unknown outcome stays claimed;
`settle_unclear_message` finds out what became of it before anybody sends it again.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from app import clock
from app.domain import back_off
from app.domain.sms_status import MessageStatus, may_move
from app.models import message as message_table
from app.models.database import session, transaction
from app.models.message import Message
from app.models.tenant_scope import all_companies
from app.providers.plivo.client import SmsClient
from app.providers.plivo.failures import SendDelayed, SendRefused, SendUnclear

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 12
FIRST_DELAY_S = 2.0
LONGEST_DELAY_S = 600.0
CLOCK_SKEW = timedelta(seconds=60)
FIRST_POLL_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class _Claimed:
    sender: str
    recipient: str
    text: str
    claimed_at: datetime


def send_message(message_id: uuid.UUID, client: SmsClient, *, public_base_url: str) -> None:
    """Hand over one waiting message that is due; does nothing for any other."""
    claimed = _claim(message_id)
    if claimed is None:
        return
    try:
        provider_id = client.send(
            sender=claimed.sender,
            recipient=claimed.recipient,
            text=claimed.text,
            callback_url=f"{public_base_url}/ivr/messages/{message_id}/status",
        )
    except SendRefused as refusal:
        _settle(message_id, MessageStatus.INTERNAL_ERROR, error_code=refusal.code)
    except SendDelayed as delay:
        _put_back(message_id, delay.retry_after_s)
    except SendUnclear as doubt:
        log.warning("message %s: outcome unclear: %s", message_id, doubt)
    else:
        _record_sent(message_id, provider_id, claimed.claimed_at)


def settle_unclear_message(message_id: uuid.UUID, client: SmsClient) -> None:
    """Ask Plivo's message list about a claimed message nobody reported on, and record or put it
    back.

    Only a list entry that belongs to no other message of ours counts as this one.
    """
    with all_companies("worker"), transaction():
        message = session.get(Message, message_id)
        if (
            message is None
            or message.status is not MessageStatus.SENDING
            or message.claimed_at is None
        ):
            return
        sender, recipient, claimed_at = message.sender, message.recipient, message.claimed_at
    sent = client.find(
        sender=sender,
        recipient=recipient,
        since=claimed_at - CLOCK_SKEW,
        until=clock.now(),
    )
    with all_companies("worker"), transaction():
        taken = message_table.provider_ids_taken([entry.provider_id for entry in sent])
    unclaimed = [entry.provider_id for entry in sent if entry.provider_id not in taken]
    if unclaimed:
        _record_sent(message_id, unclaimed[0], claimed_at)
    else:
        _put_back(message_id, None)


def retry_delay_s(attempts: int) -> float:
    """Exponential back-off with full jitter, in seconds, for the attempt that comes next."""
    return back_off.delay_s(attempts, first_s=FIRST_DELAY_S, longest_s=LONGEST_DELAY_S)


def _claim(message_id: uuid.UUID) -> _Claimed | None:
    """Make the message this worker's own, or None when it is not waiting, not due or somebody
    else's."""
    with all_companies("worker"), transaction():
        if not message_table.claim(message_id, clock.now()):
            return None
        message = session.get_one(Message, message_id)
        return _Claimed(message.sender, message.recipient, message.text, clock.now())


def _record_sent(message_id: uuid.UUID, provider_id: str, sent_at: datetime) -> None:
    """A delivery report may have come first: then only what it did not tell is added."""
    with all_companies("worker"), transaction():
        message = message_table.lock(message_id)
        assert message is not None, "messages are never deleted while they are open"
        message.provider_id = message.provider_id or provider_id
        message.sent_at = message.sent_at or sent_at
        message.next_attempt_at = clock.now() + FIRST_POLL_AFTER
        if may_move(message.status, MessageStatus.SENT):
            message.status = MessageStatus.SENT


def _settle(message_id: uuid.UUID, status: MessageStatus, *, error_code: str) -> None:
    with all_companies("worker"), transaction():
        message = message_table.lock(message_id)
        if message is not None and message.status is MessageStatus.SENDING:
            message.status = status
            message.error_code = error_code
            message.settled_at = clock.now()


def _put_back(message_id: uuid.UUID, retry_after_s: float | None) -> None:
    """Known not to be accepted: wait and try again, at last give up."""
    with all_companies("worker"), transaction():
        message = message_table.lock(message_id)
        if message is None or message.status is not MessageStatus.SENDING:
            return
        if message.attempts >= MAX_ATTEMPTS:
            message.status = MessageStatus.INTERNAL_ERROR
            message.error_code = "gave_up"
            message.settled_at = clock.now()
            return
        delay_s = max(retry_after_s or 0.0, retry_delay_s(message.attempts))
        message.status = MessageStatus.WAITING
        message.next_attempt_at = clock.now() + timedelta(seconds=delay_s)
