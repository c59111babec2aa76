"""Sending a message again that was not delivered: a new attempt of the same message."""

from __future__ import annotations

import uuid

from app import clock
from app.domain.refusals import Refusal
from app.domain.sms_status import MessageStatus
from app.models import message as message_table
from app.models import send_attempt
from app.models.account import Account
from app.models.database import session, transaction
from app.models.message import Message
from app.models.tenant_scope import all_companies
from app.services import audit

BATCH = 500


def resend_retryable_messages() -> None:
    """「自動再送」: messages that rested long enough wait for their next try."""
    with all_companies("resending"), transaction():
        for message in message_table.to_resend(clock.now(), BATCH):
            _queue(message)
            message.resends += 1


def resend_dead_letter(message_id: uuid.UUID) -> None:
    """Send a message again that was given up on, as an operator decides.

    Raises Refusal("row_gone"); Refusal("message_not_dead") for one that is not settled as
    INTERNAL_ERROR; Refusal("message_perhaps_sent") when a hand-over has an unknown outcome.
    """
    with transaction():
        message = message_table.lock(message_id)
        if message is None:
            raise Refusal("row_gone")
        if message.status is not MessageStatus.INTERNAL_ERROR:
            raise Refusal("message_not_dead")
        if any(attempt.outcome is None for attempt in send_attempt.of_message(message_id)):
            raise Refusal("message_perhaps_sent")
        audit.record(
            "message.resend",
            str(message_id),
            before={"status": message.status.value, "error_code": message.error_code},
            after={"status": MessageStatus.WAITING.value},
            company_id=session.get_one(Account, message.account_id).company_id,
        )
        _queue(message)


def _queue(message: Message) -> None:
    """As it was when it was new; what Plivo told belongs to the attempt before."""
    now = clock.now()
    message.status = MessageStatus.WAITING
    message.queued_at = message.next_attempt_at = now
    message.delays = 0
    message.provider_id = message.report_sequence = message.error_code = None
    message.sent_at = message.delivered_at = message.settled_at = message.resend_at = None
    message.carrier = message.billed_units = None
