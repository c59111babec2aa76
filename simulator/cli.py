"""``python -m simulator call``: one call through the running simulator, every step printed."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import requests

from simulator.http_client import plain_session
from simulator.phone_numbers import WITHHELD, e164, is_mobile

DEFAULT_SPEED = 20
CONNECT_S, SILENCE_S = 2, 120
POLL_S = 0.1
NO_SIMULATOR = 3
Step = dict[str, Any]


def add_call_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``call``."""
    parser.add_argument(
        "--from",
        dest="caller",
        required=True,
        type=_caller,
        metavar="NUMBER",
        help=f"the caller, e.g. 09012345678; {WITHHELD} withholds the number",
    )
    parser.add_argument(
        "--to",
        dest="called",
        required=True,
        type=_number,
        metavar="NUMBER",
        help="the number dialled, e.g. 05030000001",
    )
    parser.add_argument(
        "--digits",
        action="append",
        default=[],
        type=_keys,
        metavar="KEYS",
        help="what to key in at a prompt, e.g. 08012345678#; once per prompt, '' keys in nothing",
    )
    parser.add_argument(
        "--hangup-after",
        type=int,
        metavar="N",
        help="hang up while hearing the Nth step (announcement or wait for keys)",
    )
    parser.add_argument(
        "--realtime",
        action="store_true",
        help=f"wait as long as a caller would (else {DEFAULT_SPEED} times faster)",
    )
    parser.add_argument(
        "--sms-wait",
        type=float,
        default=10,
        metavar="SECONDS",
        help="how long to wait for the SMS after the call (default 10)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document at the end")


def place_call(options: argparse.Namespace, port: int) -> int:
    """0 only if the call went as a real one would."""
    base = f"http://127.0.0.1:{port}/simulator"
    wanted = {
        "from": options.caller,
        "to": options.called,
        "digits": options.digits,
        "speed": 1 if options.realtime else DEFAULT_SPEED,
        "hangup_after": options.hangup_after,
    }
    steps: list[Step] = []
    try:
        with plain_session() as http:
            for step in _steps(http, base, wanted):
                steps.append(step)
                if not options.json:
                    print(_line(step), flush=True)
            messages, inbox = _await_sms(http, base, steps, options.sms_wait)
    except requests.ConnectionError:
        print(
            f"simulator: nothing listens on 127.0.0.1:{port}: start it with `python -m simulator`"
            " (SIMULATOR_PORT picks the port)",
            file=sys.stderr,
        )
        return NO_SIMULATOR
    except requests.RequestException as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 1
    ok = bool(steps) and steps[-1]["kind"] == "result" and steps[-1]["ok"]
    if options.json:
        document = {"ok": ok, "steps": steps, "sms": inbox, "messages": messages}
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _print_sms(messages, inbox)
    return 0 if ok else 1


def _caller(text: str) -> str:
    return WITHHELD if text == WITHHELD else _number(text)


def _number(text: str) -> str:
    number = e164(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a telephone number")
    return number


def _keys(text: str) -> str:
    if set(text) - set("0123456789*#"):
        raise argparse.ArgumentTypeError(f"{text!r}: a telephone has the keys 0-9, * and #")
    return text


def _steps(http: requests.Session, base: str, wanted: dict[str, Any]) -> Iterator[Step]:
    """The steps of the call as they happen."""
    with http.post(
        f"{base}/calls", json=wanted, stream=True, timeout=(CONNECT_S, SILENCE_S)
    ) as response:
        if response.status_code == 400:
            raise requests.RequestException(response.json()["error"])
        response.raise_for_status()
        for line in response.iter_lines():
            if line:
                yield json.loads(line)


def _await_sms(
    http: requests.Session, base: str, steps: list[Step], longest_s: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Messages sent and SMS received since the call began, by the caller's mobile or the last
    mobile keyed in; returns at once when there is no such number."""
    number = _sms_number(steps)
    if number is None:
        return [], []
    deadline = time.monotonic() + longest_s
    while True:
        found = http.get(
            f"{base}/handsets/{number}", params={"since": steps[0]["started_at"]}, timeout=5
        ).json()
        settled = [message for message in found["messages"] if message["settled"]]
        if settled or time.monotonic() >= deadline:
            return found["messages"], found["sms"]
        time.sleep(POLL_S)


def _sms_number(steps: list[Step]) -> str | None:
    """Where an SMS of this call can arrive: the last mobile keyed in, else the calling mobile."""
    keyed = [step["digits"] for step in steps if step["kind"] == "keyed"]
    for text in [*reversed(keyed), steps[0]["from"] if steps else ""]:
        number = e164(text)
        if number and is_mobile(number):
            return number.removeprefix("+")
    return None


def _print_sms(messages: list[dict[str, Any]], inbox: list[dict[str, Any]]) -> None:
    for sms in inbox:
        print(f"\nSMS {sms['sender']} → {sms['recipient']}\n{sms['text']}")
    for message in messages:
        if message["settled"] and message["state"] != "delivered":
            print(f"\nSMS not received: {message['state']}, error {message['error_code']}")
    if not messages and not inbox:
        print("\nno SMS")


def _line(step: Step) -> str:
    return f"{step['at']:8.2f} s  {step['kind']:<13} {_details(step)}".rstrip()


def _details(step: Step) -> str:
    match step["kind"]:
        case "dialled":
            return f"{step['from']} → {step['to']}"
        case "webhook":
            return f"{step['method']} {step['url']} {step['status'] or 'no answer'}"
        case "play":
            faults = "".join(f" ✗ {problem}" for problem in step["problems"])
            return f"{step['url']} {step['duration']:.2f} s {step['hash'][:12]}{faults}"
        case "speak":
            return f"({step['language']}, {step['voice']}) {step['text']}"
        case "wait_digits":
            return f"up to {step['timeout']} s, finish with {step['finish_on_key'] or 'a pause'}"
        case "hangup":
            return f"by {step['by']}: {step['cause']}"
        case "result":
            faults = "".join(f"\n  ✗ {problem}" for problem in step["problems"])
            return ("ok" if step["ok"] else "NOT ok") + faults
    return "  ".join(str(step[name]) for name in step if name not in ("at", "kind"))
