"""Handing a message to Plivo: claim it, call, record. Never twice, whatever dies in between.

Plivo has no idempotency key. A message whose hand-over has an unknown outcome stays claimed;
`settle_listed` settles it by Plivo's own list before anybody sends it again.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from app import clock
from app.domain import back_off, suppression
from app.domain.sms_status import MessageStatus, may_move
from app.models import message as message_table
from app.models import message_at_once, message_queue, one_statement, send_attempt
from app.models.database import session, transaction
from app.models.message import Message
from app.models.message_queue import Claim
from app.models.one_statement import NotWritten
from app.models.send_attempt import AttemptOutcome, SendAttempt
from app.models.tenant_scope import all_companies
from app.providers.plivo.client import SmsClient
from app.providers.plivo.failures import SendDelayed, SendRefused, SendUnclear
from app.services.message_list import HAND_OVER_WITHIN, Listing, nearest_lines
from app.services.send_rate import SendRate

log = logging.getLogger(__name__)

MAX_DELAYS = 12
FIRST_DELAY_S = 2.0
LONGEST_DELAY_S = 600.0
NOT_TOUCHED_AFTER = HAND_OVER_WITHIN / 2
"""A worker that stood still so long after its claim sends nothing: soon others will ask what
became of the message, and may send it again."""
FIRST_POLL_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Outbox:
    """How messages leave: through whom, how fast, with reports to which address, and after how
    long not any more."""

    client: SmsClient
    rate: SendRate
    public_base_url: str
    expires_after: timedelta


def send_due(outbox: Outbox, turns: int) -> None:
    """Use so many turns to send, as long as messages are due and the rate has room for them."""
    for _ in range(turns):
        if not send_next(outbox):
            return


def send_next(outbox: Outbox) -> bool:
    """Use one turn to send: hand over the message whose turn it is. False when none is due, or the
    rate has no room for it."""
    if not outbox.rate.wait_to_send():
        return False
    claim = claim_next(outbox.expires_after)
    if claim is None:
        return False
    if claim.is_suppressed:
        _settle_suppressed(claim)
    else:
        _hand_over(claim, outbox)
    return True


def claim_next(expires_after: timedelta) -> Claim | None:
    """Make the message whose turn it is this worker's own; None when none is due."""
    now = clock.now()
    if one_statement.is_possible():
        return message_at_once.claim_next(now, queued_after=now - expires_after)
    with all_companies("worker"), transaction():
        return message_queue.claim_next(now, queued_after=now - expires_after)


def _hand_over(claimed: Claim, outbox: Outbox) -> None:
    if clock.now() - claimed.claimed_at > NOT_TOUCHED_AFTER:
        log.warning("message %s: this worker stood still, others look after it", claimed.message_id)
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
        asked = [message_queue.claim_of(each) for each in message_table.claimed(message_ids)]
        rivals = message_table.claimed_to({each.recipient for each in asked})
        claims = [message_queue.claim_of(each) for each in rivals]
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


def _settle_suppressed(claimed: Claim) -> None:
    """The recipient came onto the account's list while the message waited."""
    with all_companies("worker"), transaction():
        message = _still_claimed(claimed, AttemptOutcome.REFUSED, suppression.ERROR_CODE)
        if message is not None:
            message.status = MessageStatus.FAILED
            message.error_code = suppression.ERROR_CODE
            message.settled_at = clock.now()


def _record_accepted(claimed: Claim, provider_id: str) -> None:
    """A delivery report may have come first: then only what it did not tell is added."""
    ask_at = clock.now() + FIRST_POLL_AFTER
    if one_statement.is_possible():
        try:
            message_at_once.record_accepted(claimed, provider_id, ask_at)
            return
        except NotWritten as trouble:
            log.warning("message %s: recorded step by step: %s", claimed.message_id, trouble)
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
            message.next_attempt_at = ask_at


def _settle_refused(claimed: Claim, error_code: str) -> None:
    with all_companies("worker"), transaction():
        message = _still_claimed(claimed, AttemptOutcome.REFUSED, error_code)
        if message is not None:
            _give_up(message, error_code)


def _put_back(claimed: Claim, retry_after_s: float | None) -> None:
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
    claimed: Claim, outcome: AttemptOutcome, error_code: str | None
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
