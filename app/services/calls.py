"""What a webhook of a call does: one transaction that moves the call and, when the SMS is owed,
writes it.

The ordinary call does so in one statement (`calls_at_once`), every other step by step.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app import clock
from app.domain import call_flow
from app.domain.call_flow import CallProgress, CallState, Instruction
from app.models import call as call_table
from app.models import flow as flow_table
from app.models import suppressed_number
from app.models.call import Call
from app.models.database import after_commit, transaction
from app.models.flow import Destination
from app.models.tenant_scope import all_companies
from app.services import calls_at_once
from app.services.incoming_calls import IncomingCall, Reply, SmsOut
from app.services.message_writing import write_message
from app.services.sms_guards import within_limits


def answer_call(incoming: IncomingCall, sms_out: SmsOut) -> Reply:
    """A call comes in. Repeated, it gets the same reply and nothing is counted or written twice."""
    if reply := calls_at_once.answer_call(incoming, sms_out):
        return reply
    with _transaction():
        call = _begin(incoming, sms_out) or _locked(incoming)
        return _reply(call, call_flow.reply_to_answer(call.progress))


def take_digits(incoming: IncomingCall, *, attempt: int, digits: str, sms_out: SmsOut) -> Reply:
    """The caller keyed in `digits` at the prompt `attempt` (1–3), or nothing in time ("")."""
    if reply := calls_at_once.take_digits(incoming, attempt, digits, sms_out):
        return reply
    with _transaction():
        call = _known_or_new(incoming, sms_out)
        _move(call, call_flow.take_digits(call.progress, attempt, digits), sms_out)
        return _reply(call, call_flow.reply_to_digits(call.progress, attempt))


def end_call(incoming: IncomingCall) -> None:
    """The call is over. When this is the first we hear of it, it is counted, and nobody is owed an
    SMS."""
    with _transaction():
        call = call_table.lock(incoming.provider_call_id)
        call = call or _start(incoming, _destination(incoming)) or _locked(incoming)
        if call.ended_at is None:
            call.ended_at = clock.now()


@contextmanager
def _transaction() -> Iterator[None]:
    with all_companies("a call belongs to whoever owns the number"), transaction():
        yield


def _known_or_new(incoming: IncomingCall, sms_out: SmsOut) -> Call:
    """The call, locked: begun here when its first webhook was lost."""
    known = call_table.lock(incoming.provider_call_id)
    return known or _begin(incoming, sms_out) or _locked(incoming)


def _locked(incoming: IncomingCall) -> Call:
    call = call_table.lock(incoming.provider_call_id)
    assert call is not None, "it was there a moment ago, and calls are never deleted"
    return call


def _begin(incoming: IncomingCall, sms_out: SmsOut) -> Call | None:
    """The new call with the SMS that it owes; None when another webhook has begun it."""
    destination = _destination(incoming)
    sms_out.flows.note(incoming.called, destination)
    call = _start(incoming, destination)
    if call is not None and call.recipient is not None:
        _owe_sms(call, call.recipient, sms_out)
    return call


def _destination(incoming: IncomingCall) -> Destination | None:
    return flow_table.destination_of(incoming.called)


def _start(incoming: IncomingCall, destination: Destination | None) -> Call | None:
    has_flow = destination is not None and destination.version is not None
    return call_table.start(
        provider_call_id=incoming.provider_call_id,
        caller=incoming.caller,
        called=incoming.called,
        destination=destination,
        progress=call_flow.begin(incoming.caller, has_flow=has_flow),
    )


def _move(call: Call, progress: CallProgress, sms_out: SmsOut) -> None:
    call.state = progress.state
    call.attempt = progress.attempt
    if progress.recipient is not None and call.recipient is None:
        call.recipient = progress.recipient
        _owe_sms(call, progress.recipient, sms_out)


def _owe_sms(call: Call, recipient: str, sms_out: SmsOut) -> None:
    """Write the SMS, unless a guard says no: then the state says which, and what the caller
    hears."""
    assert call.account_id is not None, "only a number of an account has a flow"
    if suppressed_number.holds(call.account_id, recipient):
        call.state = CallState.SUPPRESSED
        write_message(call, recipient, short_url_base=sms_out.short_url_base, is_suppressed=True)
    elif within_limits(call, recipient, sms_out.limits):
        message_id = write_message(call, recipient, short_url_base=sms_out.short_url_base)
        after_commit(lambda: sms_out.enqueue(message_id))
    else:
        call.state = CallState.LIMITED


def _reply(call: Call, instruction: Instruction) -> Reply:
    version = call.flow_version
    return Reply(instruction, version.audio if version else {}, version.spoken if version else {})
