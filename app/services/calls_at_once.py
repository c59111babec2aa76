"""The webhooks of an ordinary call in one statement each. Whatever is out of the ordinary is left
to `calls`, with nothing written."""

from __future__ import annotations

from app.domain import call_flow, japan_days
from app.domain.call_flow import CallProgress
from app.models import call as call_table
from app.models import call_at_once, one_statement
from app.models.call_at_once import OwedSms
from app.models.published_flow import PublishedFlow
from app.models.sms_quota import asked_by
from app.services.incoming_calls import IncomingCall, Reply, SmsOut
from app.services.message_writing import message_values, new_codes


def answer_call(incoming: IncomingCall, sms_out: SmsOut) -> Reply | None:
    """A new call to a published flow, whose SMS, if one is owed, is allowed."""
    flow = _flow_of(incoming, sms_out)
    if flow is None:
        return None
    progress = call_flow.begin(incoming.caller, has_flow=True)
    call = call_table.begun_now(
        incoming.provider_call_id, incoming.caller, incoming.called, progress
    )
    sms = _owed(incoming, flow, progress.recipient, sms_out)
    if not call_at_once.begin(flow, call, sms):
        return None
    if sms is not None:
        sms_out.enqueue(sms.message["id"])
    return Reply(call_flow.reply_to_answer(progress), flow.audio, flow.spoken)


def take_digits(incoming: IncomingCall, attempt: int, digits: str, sms_out: SmsOut) -> Reply | None:
    """A mobile number in time, to which an SMS is allowed."""
    flow = _flow_of(incoming, sms_out)
    if flow is None:
        return None
    asking = CallProgress(call_flow.CallState.ASKING, attempt)
    progress = call_flow.take_digits(asking, attempt, digits)
    sms = _owed(incoming, flow, progress.recipient, sms_out)
    if sms is None:
        return None
    call = {
        "provider_call_id": incoming.provider_call_id,
        "called": incoming.called,
        "state": progress.state,
        "attempt": progress.attempt,
        "recipient": progress.recipient,
    }
    if not call_at_once.key_in(flow, call, sms):
        return None
    sms_out.enqueue(sms.message["id"])
    return Reply(call_flow.reply_to_digits(progress, attempt), flow.audio, flow.spoken)


def _flow_of(incoming: IncomingCall, sms_out: SmsOut) -> PublishedFlow | None:
    return sms_out.flows.last_of(incoming.called) if one_statement.is_possible() else None


def _owed(
    incoming: IncomingCall, flow: PublishedFlow, recipient: str | None, sms_out: SmsOut
) -> OwedSms | None:
    if recipient is None:
        return None
    codes = new_codes(flow.sms)
    return OwedSms(
        message_values(flow.sms, codes, sms_out.short_url_base),
        codes,
        japan_days.today(),
        asked_by(incoming.caller, recipient),
        sms_out.limits,
    )
