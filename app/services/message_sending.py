"""Handing a message to Plivo: claim it, call, record. Never twice, whatever dies in between.

Plivo has no idempotency key. A message whose hand-over has an unknown outcome stays claimed;
`settle_listed` settles it by Plivo's own list before anybody sends it again.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from app import clock
from app.domain import back_off, suppression
from app.domain.sms_status import MessageStatus, may_move
from app.models import message as message_table
from app.models import message_queue, send_attempt, suppressed_number
from app.models.database import session, transaction
from app.models.message import Message
from app.models.send_attempt import AttemptOutcome, SendAttempt
from app.models.tenant_scope import all_companies
from app.providers.plivo.client import SmsClient
from app.providers.plivo.failures import SendDelayed, SendRefused, SendUnclear
from app.services.message_list import Listing, nearest_lines
from app.services.send_rate import SendRate

log = logging.getLogger(__name__)

MAX_DELAYS = 12
FIRST_DELAY_S = 2.0
LONGEST_DELAY_S = 600.0
FIRST_POLL_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Outbox:
    """How messages leave: through whom, how fast, with reports to which address, and after how
    long not any more."""

    client: SmsClient
    rate: SendRate
    public_base_url: str
    expires_after: timedelta


@dataclass(frozen=True)
class _Claimed:
    """One attempt to hand over one message."""

    message_id: uuid.UUID
    number: int
    sender: str
    recipient: str
    text: str
    claimed_at: datetime


def send_next(outbox: Outbox) -> None:
    """Use one turn to send: hand over the message whose turn it is, if one is due and the rate has
    room for it."""
    if not outbox.rate.wait_to_send():
        return
    claimed = _claim_next(outbox.expires_after)
    if claimed is None:
        return
    try:
        provider_id = outbox.client.send(
            sender=claimed.sender,
            recipient=claimed.recipient,
            text=claimed.text,
            callback_url=f"{outbox.public_base_url}/ivr/messages/{claimed.message_id}/status",
        )
    except SendRefused as refusal:
        _settle_refused(claimed, refusal.code)
    except SendDelayed as delay:
        _put_back(claimed, delay.retry_after_s)
    except SendUnclear as doubt:
        log.warning("message %s: outcome unclear: %s", claimed.message_id, doubt)
    else:
        _record_accepted(claimed, provider_id)


def settle_listed(message_ids: Collection[uuid.UUID], listing: Listing) -> None:
    """Record or put back those of these claimed messages of which Plivo's list tells what became.

    A line counts once, and only when it belongs to no other attempt of ours: claims that nobody
    asked about, perhaps in the middle of their hand-over, get theirs too. From a listing that is
    not complete nobody learns that a message was not accepted.
    """
    with all_companies("worker"), transaction():
        asked = [_as_claimed(each) for each in message_table.claimed(message_ids)]
        rivals = message_table.claimed_to({each.recipient for each in asked})
        claims = [_as_claimed(each) for each in rivals]
        # Last: a rival that is settled just now has its line, as a rival or as one that is taken.
        taken = send_attempt.provider_ids_taken([line.provider_id for line in listing.lines])
    free = [line for line in listing.lines if line.provider_id not in taken]
    found = nearest_lines(claims, free)
    for claimed in asked:
        if claimed.message_id in found:
            _record_accepted(claimed, found[claimed.message_id])
        elif listing.is_complete:
            _put_back(claimed, None)


def retry_delay_s(delays: int) -> float:
    """Exponential back-off with full jitter, in seconds, for the attempt that comes next."""
    return back_off.delay_s(delays, first_s=FIRST_DELAY_S, longest_s=LONGEST_DELAY_S)


def _claim_next(expires_after: timedelta) -> _Claimed | None:
    """Make a message this worker's own, or None when none is due."""
    now = clock.now()
    with all_companies("worker"), transaction():
        message = message_queue.claim_next(now, queued_after=now - expires_after)
        if message is None or _is_suppressed(message):
            return None
        return _as_claimed(message)


def _is_suppressed(message: Message) -> bool:
    """Whether the recipient came onto the account's list while the message waited: it is settled
    then."""
    if not suppressed_number.holds(message.account_id, message.recipient):
        return False
    attempt = session.get_one(SendAttempt, (message.id, message.attempts))
    attempt.outcome = AttemptOutcome.REFUSED
    attempt.error_code = message.error_code = suppression.ERROR_CODE
    message.status = MessageStatus.FAILED
    message.settled_at = clock.now()
    return True


def _as_claimed(message: Message) -> _Claimed:
    assert message.claimed_at is not None, "whoever claims says when"
    return _Claimed(
        message.id,
        message.attempts,
        message.sender,
        message.recipient,
        message.text,
        message.claimed_at,
    )


def _record_accepted(claimed: _Claimed, provider_id: str) -> None:
    """A delivery report may have come first: then only what it did not tell is added."""
    with all_companies("worker"), transaction():
        message = message_table.lock(claimed.message_id)
        assert message is not None, "messages are never deleted while they are open"
        attempt = session.get_one(SendAttempt, (claimed.message_id, claimed.number))
        attempt.outcome = AttemptOutcome.ACCEPTED
        if send_attempt.holder_of(provider_id) is None:
            attempt.provider_id = provider_id
        if message.attempts != claimed.number:
            return
        message.provider_id = message.provider_id or attempt.provider_id
        message.sent_at = message.sent_at or claimed.claimed_at
        if may_move(message.status, MessageStatus.SENT):
            message.status = MessageStatus.SENT
            message.next_attempt_at = clock.now() + FIRST_POLL_AFTER


def _settle_refused(claimed: _Claimed, error_code: str) -> None:
    with all_companies("worker"), transaction():
        message = _still_claimed(claimed, AttemptOutcome.REFUSED, error_code)
        if message is not None:
            _give_up(message, error_code)


def _put_back(claimed: _Claimed, retry_after_s: float | None) -> None:
    """Known not to be accepted: wait and try again, at last give up."""
    with all_companies("worker"), transaction():
        message = _still_claimed(claimed, AttemptOutcome.NOT_ACCEPTED, None)
        if message is None:
            return
        message.delays += 1
        if message.delays >= MAX_DELAYS:
            _give_up(message, "gave_up")
            return
        delay_s = max(retry_after_s or 0.0, retry_delay_s(message.delays))
        message.status = MessageStatus.WAITING
        message.next_attempt_at = clock.now() + timedelta(seconds=delay_s)


def _still_claimed(
    claimed: _Claimed, outcome: AttemptOutcome, error_code: str | None
) -> Message | None:
    """The message, unless a report or somebody else has moved it since; the attempt's outcome is
    noted."""
    message = message_table.lock(claimed.message_id)
    if (
        message is None
        or message.status is not MessageStatus.SENDING
        or message.attempts != claimed.number
    ):
        return None
    attempt = session.get_one(SendAttempt, (claimed.message_id, claimed.number))
    attempt.outcome = outcome
    attempt.error_code = error_code
    return message


def _give_up(message: Message, error_code: str) -> None:
    message.status = MessageStatus.INTERNAL_ERROR
    message.error_code = error_code
    message.settled_at = clock.now()
