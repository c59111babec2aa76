"""Picking up what a dead broker, worker or report left behind. The rows are the truth, the queue
only a hint."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import timedelta

from app import clock
from app.models import message as message_table
from app.models.database import transaction
from app.models.tenant_scope import all_companies
from app.providers.plivo.client import SmsClient
from app.providers.plivo.failures import SendDelayed, SendRefused, SendUnclear
from app.services.message_sending import FIRST_POLL_AFTER, settle_unclear_message
from app.services.message_status import take_status_report

log = logging.getLogger(__name__)

BATCH = 500
UNCLEAR_AFTER = timedelta(seconds=60)
LONGEST_POLL_INTERVAL = timedelta(hours=6)


def waiting_messages() -> Sequence[uuid.UUID]:
    """Messages that are due and that nobody is sending."""
    with all_companies("sweep"), transaction():
        return message_table.due(clock.now(), BATCH)


def settle_unclear_messages(client: SmsClient) -> None:
    """Find out what became of messages claimed a minute ago or longer."""
    with all_companies("sweep"), transaction():
        unclear = message_table.claimed_before(clock.now() - UNCLEAR_AFTER, BATCH)
    for message_id in unclear:
        try:
            settle_unclear_message(message_id, client)
        except (SendRefused, SendDelayed, SendUnclear) as trouble:
            log.warning("message %s stays unclear: %s", message_id, trouble)
            return


def poll_unreported_messages(client: SmsClient) -> None:
    """Ask Plivo about messages whose report is overdue, each after ever longer pauses."""
    with all_companies("poll"), transaction():
        overdue = []
        for message in message_table.unreported(clock.now(), BATCH):
            age = clock.now() - message.accepted_at
            message.next_attempt_at = clock.now() + min(
                max(age, FIRST_POLL_AFTER), LONGEST_POLL_INTERVAL
            )
            assert message.provider_id is not None, "unreported() asks for it"
            overdue.append((message.id, message.provider_id))
    for message_id, provider_id in overdue:
        try:
            report = client.get(provider_id)
        except (SendRefused, SendDelayed, SendUnclear) as trouble:
            log.warning("message %s: no answer to our question: %s", message_id, trouble)
            continue
        take_status_report(message_id, report)
