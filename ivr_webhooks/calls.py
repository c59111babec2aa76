"""/ivr/answer, /ivr/digits, /ivr/hangup and /ivr/fallback: the course of a call, as Plivo XML."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from app.domain import guidance_texts, phone_numbers
from app.domain.call_flow import DIGITS_TIMEOUT_S, MAX_ATTEMPTS, Announce, Ask, NoFlow, NoSms
from app.domain.slots import Slot
from app.providers.plivo import call_xml
from app.providers.plivo.call_xml import DEFAULT_VOICE, Sound, Spoken
from app.services import calls
from app.services.incoming_calls import IncomingCall, Reply, SmsOut
from ivr_webhooks.verified_request import signed_by_plivo

pages = Blueprint("calls", __name__, url_prefix="/ivr")


@pages.post("/answer")
@signed_by_plivo
def answer() -> Response:
    return _xml(_instructed(calls.answer_call(_incoming_call(), _sms_out())))


@pages.post("/digits")
@signed_by_plivo
def digits() -> Response:
    """`attempt` in the address tells which prompt the digits belong to, so that a repeated webhook
    counts once."""
    attempt = request.args.get("attempt", 1, type=int)
    reply = calls.take_digits(
        _incoming_call(),
        attempt=min(max(attempt, 1), MAX_ATTEMPTS),
        digits=request.form.get("Digits", ""),
        sms_out=_sms_out(),
    )
    return _xml(_instructed(reply))


@pages.post("/hangup")
@signed_by_plivo
def hangup() -> Response:
    calls.end_call(_incoming_call())
    return Response("", mimetype="text/plain")


@pages.post("/fallback")
@signed_by_plivo
def fallback() -> Response:
    """What Plivo asks for when another webhook failed: it needs neither database nor broker."""
    return _xml(call_xml.sound_and_hang_up((_spoken(guidance_texts.APOLOGY),)))


def _incoming_call() -> IncomingCall:
    """Plivo's parameters: plivo.com/docs/voice/api/call/callbacks. `To` comes with or without +."""
    called = request.form.get("To", "")
    return IncomingCall(
        provider_call_id=request.form.get("CallUUID", ""),
        caller=phone_numbers.caller_number(request.form.get("From")),
        called=phone_numbers.caller_number(called) or called[:20],
    )


def _instructed(reply: Reply) -> str:
    match reply.instruction:
        case Announce(slot):
            return call_xml.sound_and_hang_up(_sounds((slot,), reply))
        case Ask(lead_in, prompt, attempt):
            return call_xml.ask_for_digits(
                _sounds(lead_in, reply),
                _sounds(prompt, reply),
                f"{current_app.config['PUBLIC_BASE_URL']}/ivr/digits?attempt={attempt}",
                timeout_s=DIGITS_TIMEOUT_S,
            )
        case NoFlow():
            return call_xml.sound_and_hang_up((_spoken(guidance_texts.NO_FLOW_NOTICE),))
        case NoSms():
            return call_xml.sound_and_hang_up((_spoken(guidance_texts.NO_SMS_NOTICE),))


def _sounds(slots: tuple[Slot, ...], reply: Reply) -> tuple[Sound, ...]:
    return tuple(
        _spoken(reply.spoken[slot])
        if slot in reply.spoken
        else f"{current_app.config['PUBLIC_BASE_URL']}/ivr/audio/{reply.audio[slot]}.wav"
        for slot in slots
    )


def _spoken(text: str) -> Spoken:
    return Spoken(text, current_app.config["PLIVO_VOICE"] or DEFAULT_VOICE)


def _sms_out() -> SmsOut:
    sms_out: SmsOut = current_app.extensions["todoku_sms_out"]
    return sms_out


def _xml(document: str) -> Response:
    return Response(document, mimetype="application/xml")
