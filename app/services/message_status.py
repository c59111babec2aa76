"""The one door through which a message's status changes after it was handed over."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime

from app import clock
from app.domain import suppression
from app.domain.sms_status import FINAL_STATUSES, RESENDS_AFTER, MessageStatus, after_report
from app.models import message as message_table
from app.models import send_attempt
from app.models.account import Account
from app.models.database import session, transaction
from app.models.message import Message
from app.models.send_attempt import AttemptOutcome, SendAttempt
from app.models.tenant_scope import all_companies
from app.providers.plivo.status_report import StatusReport
from app.services.suppression import note_stop_reply

log = logging.getLogger(__name__)


def take_status_report(message_id: uuid.UUID, report: StatusReport) -> None:
    """Apply a delivery report, pushed or polled. Repeated and unknown ones change nothing, nor do
    those that are older than what is known, but for an arrival."""
    with all_companies("a delivery report"), transaction():
        message = message_table.lock(message_id)
        if message is None:
            log.warning("report for message %s, which we do not have", message_id)
            return
        current = _status_to_move(message)
        if not _is_of_the_last_attempt(message, report.provider_id):
            log.warning("report for message %s under another provider id", message_id)
            return
        is_older = _is_older(message, report)
        status = after_report(current, report.status or current, report.parts, is_older=is_older)
        if is_older and status is current:
            return
        _note_facts(message, report)
        _move(message, status, report)


def _status_to_move(message: Message) -> MessageStatus:
    """A message that we gave up on, and that Plivo reports on after all, was handed over."""
    gave_up = message.status is MessageStatus.INTERNAL_ERROR and message.provider_id is None
    return MessageStatus.SENDING if gave_up else message.status


def _is_of_the_last_attempt(message: Message, provider_id: str | None) -> bool:
    """A report proves that Plivo accepted the message, and under which id."""
    if message.provider_id is not None or provider_id is None:
        return message.provider_id == provider_id
    holder = send_attempt.holder_of(provider_id)
    if holder is not None:
        # Of this message: a former attempt. Of another: taken for that one when its outcome was
        # looked up in Plivo's list; the address the report came to is the better witness.
        return holder.message_id != message.id
    message.provider_id = provider_id
    attempt = session.get(SendAttempt, (message.id, message.attempts))
    if attempt is not None:
        attempt.provider_id = provider_id
        attempt.outcome = AttemptOutcome.ACCEPTED
    return True


def _is_older(message: Message, report: StatusReport) -> bool:
    """Whether Plivo made it before the report that brought the message's status. Each part of a
    split message counts for itself."""
    if report.sequence is None or message.report_sequence is None or report.parts > 1:
        return False
    return report.sequence < message.report_sequence


def _note_facts(message: Message, report: StatusReport) -> None:
    """What a report tells besides the status; a later one may leave it out."""
    message.sent_at = message.sent_at or report.sent_at or clock.now()
    message.carrier = report.carrier or message.carrier
    message.billed_units = report.units or message.billed_units


def _move(message: Message, status: MessageStatus, report: StatusReport) -> None:
    if status in (message.status, MessageStatus.SENDING):
        return
    is_second_part = status is MessageStatus.PARTLY_FAILED
    message.status = status
    message.report_sequence = report.sequence
    message.error_code = report.error_code or (message.error_code if is_second_part else None)
    message.resend_at = None
    message.settled_at = clock.now() if status in FINAL_STATUSES else None
    if status is MessageStatus.DELIVERED:
        message.delivered_at = report.delivered_at or clock.now()
    if status is MessageStatus.RETRYABLE:
        message.resend_at = _resend_at(message)
    if report.error_code == suppression.STOP_ERROR_CODE:
        note_stop_reply(message.account_id, message.recipient, message.account.company_id)


def _resend_at(message: Message) -> datetime | None:
    """With 「自動再送」 there are so many more tries; else the message rests."""
    if message.resends >= len(RESENDS_AFTER):
        return None
    if not session.get_one(Account, message.account_id).resends_automatically:
        return None
    return clock.now() + RESENDS_AFTER[message.resends]
