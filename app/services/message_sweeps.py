"""Picking up what a dead broker, worker or report left behind. The rows are the truth, the queue
only a hint."""

from __future__ import annotations

import logging
from datetime import timedelta

from app import clock
from app.models import message as message_table
from app.models import message_queue
from app.models.database import transaction
from app.models.tenant_scope import all_companies
from app.providers.plivo.failures import SendDelayed, SendRefused, SendUnclear
from app.services.message_sending import FIRST_POLL_AFTER, Outbox, settle_unclear_message
from app.services.message_status import take_status_report

log = logging.getLogger(__name__)

BATCH = 500
LOOK_UPS = 20  # as many as Plivo allows in a minute
UNCLEAR_AFTER = timedelta(seconds=60)
LONGEST_POLL_INTERVAL = timedelta(hours=6)


def waiting_messages(most: int) -> int:
    """How many messages are due and nobody is sending, counted up to `most`."""
    with all_companies("sweep"), transaction():
        return message_queue.count_due(clock.now(), most)


def settle_expired_messages(expires_after: timedelta) -> None:
    """Give up on what waited too long: hours late, an SMS only puzzles who gets it."""
    now = clock.now()
    with all_companies("sweep"), transaction():
        expired = message_queue.settle_expired(now, queued_until=now - expires_after)
    if expired:
        log.error("%s messages waited longer than %s and were given up", expired, expires_after)


def settle_messages_without_result() -> None:
    """docomo's 不定: an hour has passed, and nobody tells what became of the message."""
    with all_companies("sweep"), transaction():
        message_table.settle_unknown(clock.now())


def settle_unclear_messages(outbox: Outbox) -> None:
    """Find out what became of messages claimed a minute ago or longer."""
    with all_companies("sweep"), transaction():
        unclear = message_table.claimed_before(clock.now() - UNCLEAR_AFTER, LOOK_UPS)
    for message_id in unclear:
        if not outbox.rate.wait_to_list():
            return
        try:
            settle_unclear_message(message_id, outbox.client)
        except (SendRefused, SendDelayed, SendUnclear) as trouble:
            log.warning("message %s stays unclear: %s", message_id, trouble)
            return


def poll_unreported_messages(outbox: Outbox) -> None:
    """Ask Plivo about messages whose report is overdue, each after ever longer pauses."""
    with all_companies("poll"), transaction():
        overdue = []
        for message in message_table.unreported(clock.now(), BATCH):
            age = clock.now() - message.queued_at
            message.next_attempt_at = clock.now() + min(
                max(age, FIRST_POLL_AFTER), LONGEST_POLL_INTERVAL
            )
            assert message.provider_id is not None, "unreported() asks for it"
            overdue.append((message.id, message.provider_id))
    for message_id, provider_id in overdue:
        if not outbox.rate.wait_to_ask():
            return
        try:
            report = outbox.client.get(provider_id)
        except (SendRefused, SendDelayed, SendUnclear) as trouble:
            log.warning("message %s: no answer to our question: %s", message_id, trouble)
            continue
        take_status_report(message_id, report)
