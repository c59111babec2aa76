"""The simulator's own API: placing calls, keys, handsets, reset. Not part of Plivo.

POST /simulator/calls                 {"from", "to", "digits": [...], "speed", "hangup_after"}
                                      → NDJSON, one step (see steps.py) a line, as they happen;
                                      closing the connection hangs up
POST /simulator/calls                 {"from", "to", "live": true} → 201 {"call_uuid"}
GET  /simulator/calls/<uuid>/events   the steps of a call, server-sent events
POST /simulator/calls/<uuid>/keys     {"keys": "1"}
POST /simulator/calls/<uuid>/hangup
GET  /simulator/audio/<sha256>        a sound some call has played
GET  /simulator/handsets              the newest SMS of all handsets
GET  /simulator/handsets/<number>     its inbox, and how messages to it fared; ?since=<ISO time>
GET  /simulator/messages              how every message fared, and how often handsets received it
GET  /simulator/events                SMS as they arrive, server-sent events
GET  /simulator/mails                 mails written to STATE_DIR/mail
GET  /simulator/fates                 the magic recipients
GET  /simulator/settings              where calls go, and where short links lead on this machine
GET  /simulator/conditions            limits, latency and chances of faults (see conditions.py)
PUT  /simulator/conditions            changes them; what is not said is as at Plivo
GET  /simulator/refused               how many API requests, lists and calls were too many
POST /simulator/reset                 forget everything; conditions are those of the start
"""

import json
import queue
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from pydantic import ValidationError

from simulator.call_xml import ALL_KEYS
from simulator.caller import Call
from simulator.conditions import Conditions
from simulator.exchange import Exchange, the_exchange
from simulator.fates import MAGIC
from simulator.mails import latest_mails
from simulator.phone_numbers import WITHHELD, e164, on_the_wire
from simulator.steps import Step

HEARTBEAT_S = 0.5
LATEST = 50
FASTEST = 10_000


control = Blueprint("control", __name__, url_prefix="/simulator")


@control.post("/calls")
def place_call() -> Response | tuple[Response, int]:
    wanted = _object()
    call = the_exchange().place_call(
        _number(wanted, "from", WITHHELD),
        _number(wanted, "to"),
        speed=_speed(wanted),
        script=_script(wanted),
        hangup_after=_hangup_after(wanted),
    )
    if wanted.get("live"):
        return jsonify(call_uuid=call.identity.uuid), 201
    return Response(_ndjson(the_exchange(), call), mimetype="application/x-ndjson")


@control.get("/calls/<call_uuid>/events")
def call_events(call_uuid: str) -> Response:
    return _event_stream(_call(call_uuid).steps.follow(HEARTBEAT_S))


@control.post("/calls/<call_uuid>/keys")
def press(call_uuid: str) -> tuple[str, int]:
    keys = str(_object().get("keys", ""))
    if not keys or set(keys) - set(ALL_KEYS):
        abort(400, "keys are 0-9, * and #")
    _call(call_uuid).line.press(keys)
    return "", 204


@control.post("/calls/<call_uuid>/hangup")
def hang_up(call_uuid: str) -> tuple[str, int]:
    _call(call_uuid).line.hang_up()
    return "", 204


@control.get("/audio/<sha256>")
def audio(sha256: str) -> Response:
    sound = the_exchange().audio(sha256)
    if sound is None:
        abort(404)
    return Response(sound.data, mimetype=sound.content_type)


@control.get("/handsets")
def handsets() -> Response:
    return jsonify(sms=[sms.as_json() for sms in the_exchange().handsets.latest(LATEST)])


@control.get("/handsets/<number>")
def handset(number: str) -> Response:
    wire_number = on_the_wire(number)
    since = _since()
    inbox = [s for s in the_exchange().handsets.inbox(wire_number) if s.received_at >= since]
    sent_to = [
        {"uuid": m.uuid, "state": m.state, "error_code": m.error_code, "settled": m.is_settled}
        for m in the_exchange().messages.all()
        if m.recipient == wire_number and m.accepted_at >= since
    ]
    return jsonify(number=wire_number, sms=[sms.as_json() for sms in inbox], messages=sent_to)


@control.get("/messages")
def messages() -> Response:
    exchange = the_exchange()
    received = exchange.handsets.received()
    return jsonify(
        messages=[
            {
                "uuid": m.uuid,
                "sender": m.sender,
                "recipient": m.recipient,
                "text": m.text,
                "state": m.state,
                "final": m.fate.final,
                "received": received[m.uuid],
                "accepted_at": m.accepted_at.isoformat(),
            }
            for m in exchange.messages.all()
        ]
    )


@control.get("/conditions")
def conditions() -> Response:
    return jsonify(the_exchange().weather.conditions.model_dump())


@control.put("/conditions")
def set_conditions() -> Response:
    try:
        wanted = Conditions.model_validate(_object())
    except ValidationError as error:
        abort(400, str(error))
    the_exchange().weather.change(wanted)
    return jsonify(wanted.model_dump())


@control.get("/refused")
def refused() -> Response:
    exchange = the_exchange()
    return jsonify(
        api_requests=exchange.api_limit.refused,
        message_lists=exchange.list_limit.refused,
        calls=exchange.call_limit.refused,
    )


@control.get("/events")
def events() -> Response:
    hub = the_exchange().hub

    def published() -> Iterator[Step | None]:
        with hub.listening() as listener:
            yield {"kind": "listening"}
            while True:
                try:
                    yield listener.get(timeout=HEARTBEAT_S)
                except queue.Empty:
                    yield None

    return _event_stream(published())


@control.get("/mails")
def mails() -> Response:
    return jsonify(mails=latest_mails(the_exchange().settings.state_dir / "mail", LATEST))


@control.get("/fates")
def fates() -> Response:
    return jsonify(
        fates=[
            {
                "number": f"090999900{nn}",
                "final": fate.final,
                "network": fate.network and f"{fate.network.mcc}-{fate.network.mnc}",
                "error_code": fate.error_code,
                "reports": fate.reports,
                "answer": fate.answer,
                "odd_part": fate.odd_part and f"{fate.odd_part.index} {fate.odd_part.final}",
            }
            for nn, fate in MAGIC.items()
        ]
    )


@control.get("/settings")
def settings() -> Response:
    own = the_exchange().settings
    return jsonify(public_base_url=own.public_base_url, short_url_base=own.short_url_base)


@control.post("/reset")
def reset() -> tuple[str, int]:
    the_exchange().reset()
    return "", 204


@control.errorhandler(400)
@control.errorhandler(404)
def refuse(error: Any) -> tuple[Response, int]:
    return jsonify(error=error.description), error.code


def _call(call_uuid: str) -> Call:
    call = the_exchange().call(call_uuid)
    return call if call else abort(404)


def _object() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(400, "a JSON object is needed")
    return body


def _number(wanted: dict[str, Any], name: str, *allowed: str) -> str:
    text = str(wanted.get(name) or "")
    if text not in allowed and e164(text) is None:
        abort(400, f"{name}: {text!r} is not a telephone number")
    return text


def _speed(wanted: dict[str, Any]) -> float:
    speed = wanted.get("speed", 1)
    if not isinstance(speed, int | float) or not 0 < speed <= FASTEST:
        abort(400, f"speed is a number above 0, at most {FASTEST}")
    return float(speed)


def _script(wanted: dict[str, Any]) -> list[str]:
    script = wanted.get("digits", [])
    if not isinstance(script, list) or any(set(str(keys)) - set(ALL_KEYS) for keys in script):
        abort(400, "digits is a list of strings of 0-9, * and #")
    return [str(keys) for keys in script]


def _hangup_after(wanted: dict[str, Any]) -> int | None:
    after = wanted.get("hangup_after")
    if after is not None and (not isinstance(after, int) or after < 1):
        abort(400, "hangup_after is a number of steps, 1 or more")
    return after


def _since() -> datetime:
    text = request.args.get("since")
    if not text:
        return datetime.min.replace(tzinfo=UTC)
    try:
        since = datetime.fromisoformat(text)
    except ValueError:
        abort(400, "since is an ISO time with zone")
    if since.tzinfo is None:
        abort(400, "since is an ISO time with zone")
    return since


def _ndjson(exchange: Exchange, call: Call) -> Iterator[str]:
    """Closed early by the client, it hangs up."""
    try:
        for step in _until_closing(exchange, call.steps.follow(HEARTBEAT_S)):
            yield json.dumps(step, ensure_ascii=False) + "\n" if step else "\n"
    finally:
        call.line.hang_up()


def _until_closing(exchange: Exchange, steps: Iterator[Step | None]) -> Iterator[Step | None]:
    for step in steps:
        yield step
        if exchange.is_closing:
            return


def _event_stream(steps: Iterator[Step | None]) -> Response:
    exchange = the_exchange()

    def lines() -> Iterator[str]:
        for step in _until_closing(exchange, steps):
            yield f"data: {json.dumps(step, ensure_ascii=False)}\n\n" if step else ": \n\n"

    return Response(lines(), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})
