"""What can become of a message, and the one table of how its status may move."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from app.domain.carriers import Carrier


class MessageStatus(StrEnum):
    """Where a message stands; people see SENDING as WAITING."""

    WAITING = "waiting"  # accepted, waiting for our worker
    SENDING = "sending"  # claimed by a worker, handing over now or died doing so
    SENT = "sent"  # handed to the provider
    AWAITING_RESULT = "awaiting_result"  # the provider handed it to the carrier
    DELIVERED = "delivered"
    FAILED = "failed"  # because of the handset: off, unreachable, barred, no such number
    INTERNAL_ERROR = "internal_error"  # our fault, our provider's included
    CARRIER_ERROR = "carrier_error"
    PARTLY_FAILED = "partly_failed"  # some parts of a split message failed
    UNKNOWN = "unknown"  # docomo only: no result within an hour
    RETRYABLE = "retryable"  # docomo only: failed, might work if sent again


class Arrival(StrEnum):
    """Whether a settled message reached the handset."""

    ARRIVED = "arrived"
    NOT_ARRIVED = "not_arrived"


NOT_HANDED_OVER = frozenset({MessageStatus.WAITING, MessageStatus.SENDING})
"""Or not known to be."""
OPEN_STATUSES = NOT_HANDED_OVER | {MessageStatus.SENT, MessageStatus.AWAITING_RESULT}
FINAL_STATUSES = frozenset(MessageStatus) - OPEN_STATUSES
"""Settled, RETRYABLE included: it rests there unless the account wants another try."""

# Forward may skip: a report can overtake our own record of the hand-over, and then proves it, even
# for a message put back to WAITING after an answer that looked like "not accepted".
# Backward are two steps only, both meaning another try: SENDING → WAITING when the provider is
# known not to have accepted, RETRYABLE → WAITING when the account sends again by itself.
# UNKNOWN stays: the hour is over, the customer has been told, and a bill may rest on it.
_MOVES: Mapping[MessageStatus, frozenset[MessageStatus]] = MappingProxyType(
    {
        MessageStatus.WAITING: frozenset(
            {MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.AWAITING_RESULT}
        )
        | FINAL_STATUSES,
        MessageStatus.SENDING: frozenset(
            {MessageStatus.WAITING, MessageStatus.SENT, MessageStatus.AWAITING_RESULT}
        )
        | FINAL_STATUSES,
        MessageStatus.SENT: frozenset({MessageStatus.AWAITING_RESULT}) | FINAL_STATUSES,
        MessageStatus.AWAITING_RESULT: FINAL_STATUSES,
        MessageStatus.RETRYABLE: frozenset({MessageStatus.WAITING}),
    }
)

_CORRECTED_BY_AN_OLDER_REPORT = frozenset(
    {
        MessageStatus.SENT,
        MessageStatus.AWAITING_RESULT,
        MessageStatus.FAILED,
        MessageStatus.INTERNAL_ERROR,
        MessageStatus.CARRIER_ERROR,
        MessageStatus.RETRYABLE,
    }
)

RESENDS_AFTER = (timedelta(minutes=5), timedelta(minutes=30), timedelta(minutes=60))
"""With 「自動再送」: how long a RETRYABLE message rests before each further try; then for ever."""

NO_RESULT_AFTER = timedelta(hours=1)
"""How long after it was sent a message to docomo without a result becomes UNKNOWN."""


def may_move(current: MessageStatus, new: MessageStatus) -> bool:
    """Whether a message may go from one status to the other; staying is not a move."""
    return new in _MOVES.get(current, frozenset())


def after_report(
    current: MessageStatus, told: MessageStatus, parts: int, *, is_older: bool = False
) -> MessageStatus:
    """Where a message stands once a report has told of it, or of one of its `parts`.

    Each part of a split message is reported on. As soon as one has arrived and another has not, the
    message is PARTLY_FAILED. A report that `is_older` than the one which brought the status changes
    it only when it tells of an arrival: the failure contradicted that, and came too early.
    """
    if is_older:
        arrived = told is MessageStatus.DELIVERED and current in _CORRECTED_BY_AN_OLDER_REPORT
        return told if arrived else current
    if may_move(current, told):
        return told
    if parts > 1 and current is not MessageStatus.UNKNOWN and _differ(current, told):
        return MessageStatus.PARTLY_FAILED
    return current


def _differ(one: MessageStatus, other: MessageStatus) -> bool:
    return {arrival(one), arrival(other)} == {Arrival.ARRIVED, Arrival.NOT_ARRIVED}


def arrival(status: MessageStatus) -> Arrival | None:
    """Arrived or not, None while open. A partly failed message counts as not arrived: what is
    there cannot be read as it was meant."""
    if status in OPEN_STATUSES:
        return None
    if status is MessageStatus.DELIVERED:
        return Arrival.ARRIVED
    return Arrival.NOT_ARRIVED


# Source of the words: plivo.com/docs/messaging/api/message/message-status-callbacks.
_WORDS = {
    "queued": MessageStatus.SENT,  # the provider has it
    "sent": MessageStatus.AWAITING_RESULT,  # handed to the carrier, may stay so for ever
    "delivered": MessageStatus.DELIVERED,
}
# Who could have done something about a failure decides: the recipient, the carrier or we (with our
# provider). docs/statuses.md is the whole table, with the source of each code; a test holds them
# against each other.
_BY_ERROR_CODE = {
    "10": MessageStatus.INTERNAL_ERROR,  # invalid message: we composed it
    "20": MessageStatus.CARRIER_ERROR,  # network error at the carrier, temporary
    "30": MessageStatus.CARRIER_ERROR,  # held back by the carrier's spam filter
    "40": MessageStatus.INTERNAL_ERROR,  # invalid source number: we set the sender
    "50": MessageStatus.FAILED,  # invalid destination: no such number, or it takes no SMS
    "60": MessageStatus.CARRIER_ERROR,  # loop detected between carriers
    "70": MessageStatus.FAILED,  # destination permanently unavailable: inactive number
    "80": MessageStatus.FAILED,  # destination temporarily unavailable: off, out of reach
    "90": MessageStatus.CARRIER_ERROR,  # no route available to the carrier
    "100": MessageStatus.CARRIER_ERROR,  # prohibited by the carrier
    "110": MessageStatus.INTERNAL_ERROR,  # too long: our limit should have caught it
    "200": MessageStatus.FAILED,  # the recipient replied STOP: barred by the handset's owner
    "201": MessageStatus.INTERNAL_ERROR,  # US toll-free sender, Canadian recipient: our sender
    "420": MessageStatus.INTERNAL_ERROR,  # expired in the provider's queue: we outran our rate
    # 450 and 451 look like the carrier's, but are switches of our own account with the provider:
    # geo permissions and their messages-per-hour limit (…/docs/messaging/concepts/geo-permissions).
    "450": MessageStatus.INTERNAL_ERROR,
    "451": MessageStatus.INTERNAL_ERROR,
    "900": MessageStatus.INTERNAL_ERROR,  # no credit left
}

# A failure without a code, or with one that tells nothing (1000: unknown), by its word. Source:
# …/docs/messaging/api/message/the-message-object: failed = before it was passed to a carrier,
# undelivered = the carrier's receipt said no. "rejected" is an older word for the latter.
_BY_FAILURE_WORD = {
    "failed": MessageStatus.INTERNAL_ERROR,
    "undelivered": MessageStatus.CARRIER_ERROR,
    "rejected": MessageStatus.CARRIER_ERROR,
}

# What passes by itself ("might work if sent again"): network trouble, handset off.
_WORTH_ANOTHER_TRY = frozenset({"20", "80"})


def status_of_report(
    plivo_status: str, error_code: str | None, carrier: Carrier | None
) -> MessageStatus | None:
    """Our status for a word of the provider; None for words unknown to us (log, change nothing).

    `error_code` is the provider's number as text without leading zeros, None when there is none.
    RETRYABLE is for docomo only; UNKNOWN and PARTLY_FAILED never come from a single report.
    """
    word = plivo_status.strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    if word not in _BY_FAILURE_WORD:
        return None
    if carrier is Carrier.DOCOMO and error_code in _WORTH_ANOTHER_TRY:
        return MessageStatus.RETRYABLE
    return _BY_ERROR_CODE.get(error_code or "", _BY_FAILURE_WORD[word])
