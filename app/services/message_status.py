"""The one door through which a message's status changes after it was handed over."""

from __future__ import annotations

import logging
import uuid

from app import clock
from app.domain.sms_status import FINAL_STATUSES, MessageStatus, may_move
from app.models import message as message_table
from app.models.database import transaction
from app.models.message import Message
from app.models.tenant_scope import all_companies
from app.providers.plivo.status_report import StatusReport

log = logging.getLogger(__name__)


def take_status_report(message_id: uuid.UUID, report: StatusReport) -> None:
    """Apply a delivery report, pushed or polled. Repeated, outdated and unknown ones change
    nothing."""
    with all_companies("a delivery report"), transaction():
        message = message_table.lock(message_id)
        if message is None:
            log.warning("report for message %s, which we do not have", message_id)
            return
        if message.provider_id not in (None, report.provider_id):
            log.warning("report for message %s under another provider id", message_id)
            return
        message.provider_id = report.provider_id
        _note_facts(message, report)
        if report.status is None or not may_move(message.status, report.status):
            return
        message.status = report.status
        message.report_sequence = report.sequence
        message.error_code = report.error_code
        if report.status in FINAL_STATUSES:
            message.settled_at = clock.now()
        if report.status is MessageStatus.DELIVERED:
            message.delivered_at = report.delivered_at or clock.now()


def _note_facts(message: Message, report: StatusReport) -> None:
    """What a report tells besides the status; a later one may leave it out."""
    message.sent_at = message.sent_at or report.sent_at or clock.now()
    message.carrier = report.carrier or message.carrier
    message.billed_units = report.units or message.billed_units
