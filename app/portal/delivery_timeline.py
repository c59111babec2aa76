"""What became of a message, step by step in words. Only what is stored is told: a step whose time
nobody recorded has none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _

from app.domain import phone_numbers
from app.domain.call_flow import CallState, played_before_number
from app.domain.delivery_columns import screen_time
from app.domain.delivery_words import shown_carrier
from app.domain.slots import Slot
from app.domain.sms_status import OPEN_STATUSES, MessageStatus
from app.models.call import Call
from app.models.delivery_proof import DeliveryProof
from app.models.message import Message
from app.models.send_attempt import AttemptOutcome, SendAttempt
from app.portal.delivery_labels import CARRIERS, REASONS, STATUSES
from app.portal.flow_labels import part_name


class Event(NamedTuple):
    """`kind` and `icon` as the macro `chip` takes them; `at` None where no time is recorded."""

    at: datetime | None
    text: str
    icon: str
    kind: str = "none"
    note: str = ""


Step = tuple[datetime, Event]
"""When it happened, if only by what it followed, and what is told."""


def timeline(proof: DeliveryProof) -> list[Event]:
    """From the call to the last that is known, oldest first."""
    steps = [*_call(proof.call, proof.message), *_sending(proof), *_clicks(proof)]
    steps.sort(key=lambda step: step[0])  # stable: of one moment, they stand as they happened
    return [event for _when, event in steps] + _expected(proof.message)


def _call(call: Call, message: Message) -> Iterator[Step]:
    number = phone_numbers.display(call.called)
    text = _("Call to %(number)s, its own number withheld", number=number)
    if call.caller:
        caller = phone_numbers.display(call.caller)
        text = _("Call from %(caller)s to %(number)s", caller=caller, number=number)
    version = call.flow_version
    note = _("Flow: version %(number)s", number=version.number) if version else ""
    yield call.started_at, Event(call.started_at, text, "phone", note=note)
    if first := played_before_number(call.progress):
        yield call.started_at, _guidance(_names(first))
    yield message.accepted_at, _accepted(call, message)
    if call.state is CallState.ANNOUNCED:
        yield message.accepted_at, _guidance(_names((Slot.SMS_SENT,)))
    if call.state is CallState.SUPPRESSED:
        yield message.accepted_at, _guidance(_("Notice that no SMS can be sent"))
    if call.ended_at:
        yield call.ended_at, Event(call.ended_at, _("Call ended"), "phone")


def _guidance(names: str) -> Event:
    """What Plivo was told to play; whether the caller listened to its end, nobody knows."""
    return Event(None, _("Guidance sent to the call"), "speaker", note=names)


def _names(slots: tuple[Slot, ...]) -> str:
    return " → ".join(part_name(slot) for slot in slots)


def _accepted(call: Call, message: Message) -> Event:
    recipient = phone_numbers.display(message.recipient)
    if call.attempt:
        keyed = _("Number keyed in: %(number)s", number=recipient)
        return Event(message.accepted_at, keyed, "sms", note=_("SMS accepted"))
    return Event(
        message.accepted_at, _("SMS accepted"), "sms", note=_("To the number of the caller")
    )


def _sending(proof: DeliveryProof) -> Iterator[Step]:
    message = proof.message
    for attempt in proof.attempts:
        yield attempt.claimed_at, _attempt(attempt, message)
    if message.sent_at and not proof.attempts:
        yield message.sent_at, Event(message.sent_at, _("Sent"), "sms", "info")
    if message.status not in OPEN_STATUSES:
        told = message.delivered_at or message.settled_at
        latest = max([message.accepted_at, *(each.claimed_at for each in proof.attempts)])
        # Carriers tell whole seconds: a result must not stand before what it is the result of.
        yield max(told or latest, latest), _result(message, told)


def _attempt(attempt: SendAttempt, message: Message) -> Event:
    text = _("Sending")
    if message.attempts > 1:
        text = _("Sending, attempt %(number)s", number=attempt.number)
    match attempt.outcome:
        case AttemptOutcome.ACCEPTED:
            note = _("The provider accepted it.")
        case AttemptOutcome.NOT_ACCEPTED:
            note = _("The provider did not accept it.")
        case AttemptOutcome.REFUSED:
            note = _reason(attempt.error_code) or _("The provider refused it.")
        case _:
            note = _("Whether the provider accepted it is not known.")
    return Event(attempt.claimed_at, text, "sms", "info", note)


def _result(message: Message, told: datetime | None) -> Event:
    chip = STATUSES[message.status]
    if message.status is MessageStatus.DELIVERED:
        note = str(CARRIERS[shown_carrier(message.status, message.carrier)])
    else:
        note = _reason(message.error_code)
    return Event(told, str(chip.text), chip.icon, chip.kind, note)


def _reason(error_code: str | None) -> str:
    """In words, with the code for our support; a code that says nothing to the customer alone."""
    if error_code is None:
        return ""
    words = REASONS.get(error_code)
    code = _("code %(code)s", code=error_code)
    if words is None:
        return code
    return f"{words} ({code})" if error_code.isdigit() else str(words)


def _clicks(proof: DeliveryProof) -> Iterator[Step]:
    for click in proof.clicks:
        yield click.at, Event(click.at, _("Link opened"), "link", "success", click.target)


def _expected(message: Message) -> list[Event]:
    """What is still to come."""
    if message.status in OPEN_STATUSES:
        chip = STATUSES[message.status]
        return [Event(None, _("Now: %(status)s", status=chip.text), chip.icon, chip.kind)]
    if message.resend_at:
        planned = _("To be sent again at %(time)s", time=screen_time(message.resend_at))
        return [Event(None, planned, "clock")]
    return []
