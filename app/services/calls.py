"""What a webhook of a call does: one transaction that moves the call and, when the SMS is owed,
writes it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from app import clock
from app.domain import call_flow
from app.domain.call_flow import CallProgress, Instruction
from app.models import call as call_table
from app.models import flow as flow_table
from app.models import incoming_number
from app.models.call import Call
from app.models.database import after_commit, transaction
from app.models.tenant_scope import all_companies
from app.services.message_writing import write_message


@dataclass(frozen=True)
class IncomingCall:
    """A call as the webhooks tell of it: Plivo's call id, numbers in E.164, `caller` None when
    withheld."""

    provider_call_id: str
    caller: str | None
    called: str


@dataclass(frozen=True)
class Reply:
    """What the caller hears next; `audio` and `spoken` as in `FlowVersion`."""

    instruction: Instruction
    audio: Mapping[str, str]
    spoken: Mapping[str, str]


@dataclass(frozen=True)
class SmsOut:
    """How a message leaves: the address its short URLs begin with, and who is told that it waits
    (after commit)."""

    short_url_base: str
    enqueue: Callable[[uuid.UUID], None]


def answer_call(incoming: IncomingCall, sms_out: SmsOut) -> Reply:
    """A call comes in. Repeated, it gets the same reply and nothing is counted or written twice."""
    with _moving(incoming, sms_out) as call:
        return _reply(call, call_flow.reply_to_answer(call.progress))


def take_digits(incoming: IncomingCall, *, attempt: int, digits: str, sms_out: SmsOut) -> Reply:
    """The caller keyed in `digits` at the prompt `attempt` (1–3), or nothing in time ("")."""
    with _moving(incoming, sms_out) as call:
        _move(call, call_flow.take_digits(call.progress, attempt, digits), sms_out)
        return _reply(call, call_flow.reply_to_digits(call.progress, attempt))


def end_call(incoming: IncomingCall) -> None:
    """The call is over. When this is the first we hear of it, it is counted, and nobody is owed an
    SMS."""
    with _call_of(incoming) as (call, _):
        if call.ended_at is None:
            call.ended_at = clock.now()


@contextmanager
def _moving(incoming: IncomingCall, sms_out: SmsOut) -> Iterator[Call]:
    with _call_of(incoming) as (call, is_new):
        if is_new and call.recipient is not None:
            _owe_sms(call, call.recipient, sms_out)
        yield call


@contextmanager
def _call_of(incoming: IncomingCall) -> Iterator[tuple[Call, bool]]:
    """The call, locked for one transaction, and whether this webhook is the first to tell of it."""
    with all_companies("a call belongs to whoever owns the number"), transaction():
        known = call_table.lock(incoming.provider_call_id)
        yield (known, False) if known is not None else _start(incoming)


def _start(incoming: IncomingCall) -> tuple[Call, bool]:
    number = incoming_number.by_number(incoming.called)
    flow = flow_table.live_flow(number.id) if number else None
    version_id = flow.published_version_id if flow else None
    return call_table.start(
        provider_call_id=incoming.provider_call_id,
        caller=incoming.caller,
        called=incoming.called,
        number=number,
        flow_version_id=version_id,
        progress=call_flow.begin(incoming.caller, has_flow=version_id is not None),
    )


def _move(call: Call, progress: CallProgress, sms_out: SmsOut) -> None:
    call.state = progress.state
    call.attempt = progress.attempt
    if progress.recipient is not None and call.recipient is None:
        call.recipient = progress.recipient
        _owe_sms(call, progress.recipient, sms_out)


def _owe_sms(call: Call, recipient: str, sms_out: SmsOut) -> None:
    message_id = write_message(call, recipient, short_url_base=sms_out.short_url_base)
    after_commit(lambda: sms_out.enqueue(message_id))


def _reply(call: Call, instruction: Instruction) -> Reply:
    version = call.flow_version
    return Reply(instruction, version.audio if version else {}, version.spoken if version else {})
