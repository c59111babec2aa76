"""Handsets, tables and what callers heard, held against each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row

from app.domain.slots import Slot
from app.domain.sms_status import OPEN_STATUSES, MessageStatus
from chaos.callers import PlacedCall

OPEN = [status.value for status in OPEN_STATUSES]
CALLS_WITH_MESSAGES = """
SELECT call.provider_call_id, call.recipient AS call_recipient, message.id,
       message.recipient, message.status, message.provider_id, message.text
FROM call LEFT JOIN message ON message.call_id = call.id
WHERE call.provider_call_id = ANY(%s)
"""
OPEN_MESSAGES = """
SELECT count(*) AS open FROM message JOIN call ON call.id = message.call_id
WHERE call.provider_call_id = ANY(%s) AND message.status = ANY(%s)
"""


@dataclass
class Findings:
    """What must not be: each a line about one call. `counts` says what happened."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.duplicated or self.stuck or self.different)

    def lines(self) -> Iterator[str]:
        for name, count in sorted(self.counts.items()):
            yield f"  {name:34} {count:7}"
        for name in ("lost", "duplicated", "stuck", "different"):
            found: list[str] = getattr(self, name)
            yield f"  {name.upper():34} {len(found):7}"
            yield from (f"      {line}" for line in found[:20])


def open_messages(database_url: str, calls: Sequence[PlacedCall]) -> int:
    """How many messages of these calls still are on their way."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(OPEN_MESSAGES, ([call.uuid for call in calls], OPEN)).fetchone()
    assert row is not None
    return int(row[0])


def reconcile(
    database_url: str, calls: Sequence[PlacedCall], sent: Sequence[dict[str, Any]]
) -> Findings:
    """`sent`: the simulator's messages."""
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        rows = connection.execute(CALLS_WITH_MESSAGES, ([call.uuid for call in calls],)).fetchall()
        versions = connection.execute("SELECT audio FROM flow_version").fetchall()
    thanks = tuple(f"/{row['audio'][Slot.SMS_SENT.value]}.wav" for row in versions)
    by_call = {row["provider_call_id"]: row for row in rows}
    by_recipient: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for message in sent:
        by_recipient[message["recipient"]].append(message)
    findings = Findings()
    findings.counts["rows of calls"] = len(rows)
    for call in calls:
        heard_thanks = any(url.endswith(thanks) for url in call.played)
        _count(findings, call, heard_thanks)
        _check(findings, call, heard_thanks, by_call.get(call.uuid), by_recipient[call.recipient])
    return findings


def _count(findings: Findings, call: PlacedCall, heard_thanks: bool) -> None:
    findings.counts["calls"] += 1
    findings.counts["heard that the SMS comes"] += heard_thanks
    findings.counts["heard the apology"] += call.apology
    findings.counts["heard an error tone"] += call.error_tone


def _check(
    findings: Findings,
    call: PlacedCall,
    heard_thanks: bool,
    row: dict[str, Any] | None,
    sent: list[dict[str, Any]],
) -> None:
    who = f"call {call.uuid} to {call.recipient}"
    if len(sent) > 1 or any(message["received"] > 1 for message in sent):
        findings.duplicated.append(f"{who}: handed over {len(sent)} times")
    if row is None or row["id"] is None:
        if heard_thanks:
            findings.lost.append(f"{who}: promised, and no message in the table")
        if sent:
            findings.different.append(f"{who}: sent, and no message in the table")
        return
    findings.counts[f"message {row['status']}"] += 1
    if row["status"] in OPEN:
        findings.stuck.append(f"{who}: message {row['id']} is {row['status']}")
    elif row["status"] == MessageStatus.INTERNAL_ERROR and any(
        m["final"] == "delivered" for m in sent
    ):
        findings.lost.append(f"{who}: message {row['id']} given up, and delivered")
    findings.different += [f"{who}: {what}" for what in _differences(row, sent)]


def _differences(row: dict[str, Any], sent: list[dict[str, Any]]) -> Iterator[str]:
    """Between the log's line and the handset."""
    received = [message for message in sent if message["received"]]
    is_delivered = row["status"] == MessageStatus.DELIVERED
    if is_delivered != bool(received):
        yield f"log says {row['status']}, handset has {len(received)}"
    if row["recipient"] != row["call_recipient"]:
        yield "message and call name different recipients"
    for message in received:
        if message["uuid"] != row["provider_id"]:
            yield f"log has {row['provider_id']}, handset {message['uuid']}"
        if message["text"] != row["text"]:
            yield "log and handset have different texts"
