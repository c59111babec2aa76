"""Plivo's REST API for messages, on the wire as plivo-python 4.63 speaks it.

Source: https://www.plivo.com/docs/messaging/api/message (send, retrieve, list).
"""

import re
import socket
import time
from typing import Any
from urllib.parse import urlsplit

from flask import Response, request

from simulator.exchange import the_exchange
from simulator.fates import Answer, Fate
from simulator.messages import InvalidFilter, Message
from simulator.phone_numbers import e164
from simulator.plivo_wire import ApiError, account_blueprint, answer, paged, parameters

LATE_ANSWER_S = 8
LONGEST_TEXT = {True: 1600, False: 737}
_RESOURCE = re.compile(r"Message/([^/]+/)?")
_STATES = ("queued", "sent", "failed", "delivered", "undelivered", "rejected", "read")

plivo_api = account_blueprint("plivo_api")


@plivo_api.post("/Message/")
def send(auth_id: str) -> tuple[Response, int] | Response:
    wanted = parameters()
    recipients = _recipients(wanted)
    sender = _sender(wanted)
    text = _text(wanted)
    callback_url, callback_method = _callback(wanted)
    fates = [the_exchange().weather.fate_of(number) for number in recipients]
    _refuse_as_fated(recipients, fates)
    sent = []
    for recipient, fate in zip(recipients, fates, strict=True):
        message = Message(sender, recipient, text, fate, callback_url, callback_method)
        the_exchange().network.accept(message)
        sent.append(message.uuid)
    return _accepted(fates[0].answer, sent)


@plivo_api.get("/Message/<message_uuid>/")
def retrieve(auth_id: str, message_uuid: str) -> Response:
    message = the_exchange().messages.get(message_uuid)
    if message is None:
        raise ApiError(404, "not found")
    return answer(**message.as_resource(auth_id))


@plivo_api.get("/Message/")
def list_messages(auth_id: str) -> Response:
    exchange = the_exchange()
    most = exchange.weather.conditions.message_lists_per_min
    if not exchange.list_limit.admits(time.monotonic(), most):
        raise ApiError(429, "too many requests")
    state = request.args.get("message_state")
    if state and state not in _STATES:
        raise ApiError(400, "message_state is invalid")
    try:
        found = exchange.messages.matching(request.args)
    except InvalidFilter as error:
        raise ApiError(400, str(error)) from error
    return paged([message.as_resource(auth_id) for message in found])


@plivo_api.route("/<path:rest>", methods=["GET", "POST", "PUT", "DELETE"])
def nothing_there(auth_id: str, rest: str) -> Response:
    if _RESOURCE.fullmatch(rest):
        raise ApiError(405, "method not allowed")
    raise ApiError(404, "not found")


def _recipients(wanted: dict[str, Any]) -> list[str]:
    given = str(wanted.get("dst") or "")
    if not given:
        raise ApiError(400, "dst parameter not present")
    numbers = [e164(part) for part in given.split("<")]
    if None in numbers:
        raise ApiError(400, f"{given} is not a valid phone number")
    return [number.removeprefix("+") for number in numbers if number]


def _sender(wanted: dict[str, Any]) -> str:
    sender = str(wanted.get("src") or "").removeprefix("+")
    if not sender:
        raise ApiError(400, "src parameter not present")
    if sender in str(wanted["dst"]).replace("+", "").split("<"):
        raise ApiError(400, "source and destination numbers are the same")
    return sender


def _text(wanted: dict[str, Any]) -> str:
    text = wanted.get("text")
    if not text:
        raise ApiError(400, "text parameter not present")
    if not isinstance(text, str) or len(text) > LONGEST_TEXT[text.isascii()]:
        raise ApiError(400, "text is too long")
    if wanted.get("type", "sms") != "sms":
        raise ApiError(400, "type must be sms")
    return text


def _callback(wanted: dict[str, Any]) -> tuple[str, str]:
    url = str(wanted.get("url") or "")
    method = str(wanted.get("method") or "POST").upper()
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise ApiError(400, "url parameter is invalid")
    if method not in ("GET", "POST"):
        raise ApiError(400, "method parameter is invalid")
    return url, method


def _refuse_as_fated(recipients: list[str], fates: list[Fate]) -> None:
    attempts = the_exchange().send_attempts
    for recipient, fate in zip(recipients, fates, strict=True):
        attempts[recipient] += 1
        first_two = attempts[recipient] <= 2
        match fate.answer:
            case Answer.FORBIDDEN:
                raise ApiError(403, "sending to this country is not enabled for the account")
            case Answer.INVALID:
                raise ApiError(400, f"{recipient} is not a valid destination")
            case Answer.UNAVAILABLE:
                raise ApiError(503, "service unavailable")
            case Answer.TOO_MANY:
                raise ApiError(429, "too many requests")
            case Answer.TOO_MANY_TWICE if first_two:
                raise ApiError(429, "too many requests")
            case Answer.SERVER_ERROR_TWICE if first_two:
                raise ApiError(500, "internal server error")
        del attempts[recipient]


def _accepted(manner: Answer, sent: list[str]) -> tuple[Response, int] | Response:
    match manner:
        case Answer.LATE:
            time.sleep(LATE_ANSWER_S)
        case Answer.DROPPED:
            connection = request.environ["gunicorn.socket"]
            connection.shutdown(socket.SHUT_RDWR)
        case Answer.EMPTY:
            return Response(status=202, mimetype="application/json")
        case Answer.NOT_JSON:
            return Response("<html>Accepted</html>", 202)
    return answer(message="message(s) queued", message_uuid=sent), 202
