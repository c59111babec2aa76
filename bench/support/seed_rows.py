"""A day's calls and messages as lines of COPY, like what companies really get: by the hours of the
day in Japan, with the statuses, carriers and clicks in their usual shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain import sms_text
from bench.support.seed_tenants import BODY, SENDER, TARGET, Tenants

CALLS_BY_HOUR = np.array(
    [2, 1, 1, 1, 1, 2, 4, 8, 20, 60, 70, 65, 50, 55, 60, 60, 58, 55, 45, 35, 25, 15, 8, 4], float
)
CALLS_BY_HOUR /= CALLS_BY_HOUR.sum()
STATUSES: Mapping[str, float] = {
    "delivered": 0.926,
    "failed": 0.045,
    "carrier_error": 0.015,
    "unknown": 0.008,
    "internal_error": 0.004,
    "retryable": 0.00198,
    "partly_failed": 0.00002,
}
RAREST = "partly_failed"
CARRIERS: Mapping[str, float] = {"docomo": 0.4, "au": 0.29, "softbank": 0.21, "rakuten": 0.1}
ERRORS = {"failed": "80", "carrier_error": "20", "internal_error": "gave_up", "retryable": "20"}
WITHOUT_SMS: Mapping[str, float] = {"gave_up": 0.6, "asking": 0.38, "limited": 0.015}
"""What became of calls that got no SMS; the rest is `suppressed`."""
CALLS_WITHOUT_SMS = 0.125
"""So many come on top of each call with an SMS."""
KEYED = 0.25
CLICKED = 0.2
NULL = "\\N"
TEXT = BODY.replace(TARGET, "https://qms.jp/AbCdEf12")
COLUMNS: Mapping[str, str] = {
    "call": "id, account_id, incoming_number_id, flow_version_id, provider_call_id, caller, called,"
    " state, attempt, recipient, started_at, ended_at",
    "message": "id, account_id, call_id, incoming_number, sender, recipient, body, text, units,"
    " parts, status, accepted_at, queued_at, next_attempt_at, attempts, delays, resends,"
    " claimed_at, sent_at, delivered_at, opened_at, settled_at, provider_id, carrier,"
    " billed_units, error_code, report_sequence",
    "send_attempt": "message_id, number, claimed_at, provider_id, outcome, account_id",
    "short_url": "code, message_id, target, created_at, account_id",
    "link_click": "id, code, at, user_agent, is_bot, address_hash, account_id",
}
_UNITS = sms_text.utf16_units(TEXT)
_PARTS = sms_text.parts(_UNITS, None)
_SCATTER = 0x9E3779B97F4A7C15F39CC0605CEDC835  # odd, so that no two numbers become the same


@dataclass(frozen=True)
class Day:
    """`start_ms` since 1970 of its first moment in Japan; its messages are numbered from
    `first`."""

    start_ms: int
    length_ms: int
    first: int
    messages: int


def lines(day: Day, tenants: Tenants, chance: np.random.Generator) -> dict[str, str]:
    """The day's rows by table, as COPY's text format has them."""
    calls: list[str] = []
    rows: dict[str, list[str]] = {"message": [], "send_attempt": [], "short_url": []}
    rows["link_click"] = []
    for number, row in enumerate(_with_sms(day, tenants, chance), day.first):
        _write_message(number, row, calls, rows)
    calls += _without_sms(day, tenants, chance)
    return {"call": "".join(calls)} | {table: "".join(each) for table, each in rows.items()}


def _with_sms(day: Day, tenants: Tenants, chance: np.random.Generator) -> Any:
    """For each message: line, ms of the call, mobile, caller, status, carrier, the times."""
    count = day.messages
    moments = _moments(day, count, chance)
    arrived = moments + 3_000 + chance.integers(0, 15_000, count)
    mobiles = chance.integers(0, 9_000_000, count)
    return zip(
        chance.choice(len(tenants.lines), count, p=tenants.shares).tolist(),
        moments.tolist(),
        mobiles.tolist(),
        (chance.random(count) < KEYED).tolist(),
        _chosen(STATUSES, count, chance),
        _chosen(CARRIERS, count, chance),
        (chance.random(count) < CLICKED).tolist(),
        _written(moments),
        _written(moments + 900),
        _written(arrived),
        _written(arrived + 60_000),
        [tenants.lines] * count,
        strict=True,
    )


def _write_message(
    number: int, row: tuple[Any, ...], calls: list[str], rows: dict[str, list[str]]
) -> None:
    place, ms, mobile, keyed, status, carrier, clicks, began, sent, settled, clicked, every = row
    line = every[place]
    account = line.account_id
    recipient = mobile_number(mobile)
    caller = NULL if keyed else recipient
    call_id, message_id = f"{ms:012x}70008{number:015x}", f"{ms:012x}70009{number:015x}"
    scattered = f"{(number + 1) * _SCATTER & (1 << 128) - 1:032x}"
    arrived = status == "delivered"
    clicks = clicks and arrived
    calls.append(
        f"{call_id}\t{account}\t{line.number_id}\t{line.version_id}\tc{scattered}\t{caller}\t"
        f"{line.number}\tannounced\t{1 if keyed else 0}\t{recipient}\t{began}\t{settled}\n"
    )
    rows["message"].append(
        f"{message_id}\t{account}\t{call_id}\t{line.number}\t{SENDER}\t{recipient}\t{BODY}\t{TEXT}"
        f"\t{_UNITS}\t{_PARTS}\t{status}\t{began}\t{began}\t{settled}\t1\t0\t0\t{began}\t{sent}\t"
        f"{settled if arrived else NULL}\t{clicked if clicks else NULL}\t{settled}\t{scattered}\t"
        f"{carrier if arrived or status in ('unknown', 'retryable') else NULL}\t"
        f"{_PARTS if arrived else NULL}\t{ERRORS.get(status, NULL)}\t2\n"
    )
    rows["send_attempt"].append(f"{message_id}\t1\t{began}\t{scattered}\taccepted\t{account}\n")
    code = scattered[-8:]
    rows["short_url"].append(f"{code}\t{message_id}\t{TARGET}\t{began}\t{account}\n")
    if clicks:
        rows["link_click"].append(
            f"{ms:012x}7000a{number:015x}\t{code}\t{clicked}\tMozilla/5.0 (iPhone)\tf\t"
            f"{scattered}\t{account}\n"
        )


def _without_sms(day: Day, tenants: Tenants, chance: np.random.Generator) -> list[str]:
    count = int(day.messages * CALLS_WITHOUT_SMS)
    moments = _moments(day, count, chance)
    states = {**WITHOUT_SMS, "suppressed": 1 - sum(WITHOUT_SMS.values())}
    rows = zip(
        chance.choice(len(tenants.lines), count, p=tenants.shares).tolist(),
        moments.tolist(),
        chance.integers(30_000_000, 70_000_000, count).tolist(),
        _chosen(states, count, chance),
        _written(moments),
        _written(moments + 40_000),
        strict=True,
    )
    found = []
    for number, (place, ms, landline, state, began, ended) in enumerate(rows, day.first):
        line = tenants.lines[place]
        scattered = (number + 1) * _SCATTER & (1 << 128) - 1
        found.append(
            f"{ms:012x}7000b{number:015x}\t{line.account_id}\t{line.number_id}\t{line.version_id}\t"
            f"n{scattered:032x}\t+813{landline}\t{line.number}\t{state}\t3\t{NULL}\t{began}\t"
            f"{ended}\n"
        )
    return found


def mobile_number(number: int) -> str:
    """One of the nine million mobiles that call, E.164."""
    return f"+81{(70, 80, 90)[number % 3]}{10_000_000 + number}"


def _moments(day: Day, count: int, chance: np.random.Generator) -> NDArray[np.int64]:
    """Milliseconds since 1970, in order."""
    hours = chance.choice(24, count, p=CALLS_BY_HOUR)
    within = (hours + chance.random(count)) / 24
    return np.sort(day.start_ms + (within * day.length_ms).astype(np.int64))


def _chosen(shares: Mapping[str, float], count: int, chance: np.random.Generator) -> list[str]:
    weights = np.array(list(shares.values()))
    drawn = np.searchsorted(np.cumsum(weights / weights.sum()), chance.random(count), side="right")
    words = list(shares)
    return [words[index] for index in drawn.tolist()]


def _written(moments: NDArray[np.int64]) -> list[str]:
    written: list[str] = np.datetime_as_string(
        moments.astype("datetime64[ms]"), unit="ms", timezone="UTC"
    ).tolist()
    return written
