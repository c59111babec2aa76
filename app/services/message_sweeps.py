"""Picking up what a dead broker, worker or report left behind. The rows are the truth, the queue
only a hint."""

from __future__ import annotations

import logging
from datetime import timedelta

from app import clock
from app.models import message as message_table
from app.models import message_queue
from app.models.database import transaction
from app.models.message_queue import Claim
from app.models.tenant_scope import all_companies
from app.providers.plivo.failures import SendDelayed, SendRefused, SendUnclear
from app.services.message_list import ListReader, Question, window
from app.services.message_sending import FIRST_POLL_AFTER, Outbox, settle_listed
from app.services.message_status import take_status_report

log = logging.getLogger(__name__)

BATCH = 500
UNCLEAR_AFTER = timedelta(seconds=60)
MOST_PAGES = 80  # in 4 minutes, at Plivo's 20 a minute
LOOK_UP_TAKES = timedelta(minutes=5)
PAGES_FOR_ONE = 5
ONE_BY_ONE_AFTER = timedelta(minutes=15)
"""Whoever is unclear so long was in a list too long to be read to its end."""
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
    """Find out by Plivo's list what became of messages claimed a minute ago or longer."""
    unclear = _take_unclear()
    reader = ListReader(outbox.client, outbox.rate, MOST_PAGES)
    try:
        for group in _groups(unclear):
            _look_up(group, reader)
            if reader.is_used_up:
                break
    except (SendRefused, SendDelayed) as trouble:
        log.warning("Plivo's list of messages: %s", trouble)
    if unclear:
        with all_companies("sweep"), transaction():
            message_table.leave_unclear(clock.now(), [each.message_id for each in unclear])


def _take_unclear() -> list[Claim]:
    now = clock.now()
    with all_companies("sweep"), transaction():
        messages = message_table.take_unclear(
            now, claimed_before=now - UNCLEAR_AFTER, until=now + LOOK_UP_TAKES, limit=BATCH
        )
        return [message_queue.claim_of(message) for message in messages]


def _groups(unclear: list[Claim]) -> list[list[Claim]]:
    """Those of one sender whose time in Plivo's list overlaps; the oldest group first."""
    groups: list[list[Claim]] = []
    for each in sorted(unclear, key=lambda each: (each.sender, each.claimed_at)):
        last = groups[-1][-1] if groups else None
        if last and _share_a_list(last, each):
            groups[-1].append(each)
        else:
            groups.append([each])
    return sorted(groups, key=lambda group: group[0].claimed_at)


def _share_a_list(earlier: Claim, later: Claim) -> bool:
    return (
        earlier.sender == later.sender
        and window(later, later)[0] <= window(earlier, earlier)[1]
        and earlier.claimed_at > clock.now() - ONE_BY_ONE_AFTER
    )


def _look_up(group: list[Claim], reader: ListReader) -> None:
    """One list of all that their sender sent serves the whole group, unless it has more pages than
    the group has messages: then each is asked for by its recipient."""
    with all_companies("sweep"), transaction():
        left = message_table.claimed([each.message_id for each in group])
        group = [message_queue.claim_of(message) for message in left]
    if not group:
        return
    is_one = len(group) == 1
    question = Question(
        group[0].sender, group[0].recipient if is_one else None, *window(group[0], group[-1])
    )
    listing = reader.read(question, PAGES_FOR_ONE if is_one else len(group))
    settle_listed([each.message_id for each in group], listing)
    if not listing.is_complete and not is_one:
        for each in group:
            _look_up([each], reader)


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
