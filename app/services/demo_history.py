"""Past calls and messages for the demo: the same every time, spread over the last weeks."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from app import clock
from app.domain import sms_text
from app.domain.call_flow import CallState
from app.domain.carriers import Carrier
from app.domain.sms_status import MessageStatus
from app.models import flow as flow_table
from app.models.call import Call
from app.models.database import new_id, session, transaction
from app.models.flow_version import FlowVersion
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.tenant_scope import account_scope

CARRIERS = [Carrier.DOCOMO] * 4 + [Carrier.AU] * 3 + [Carrier.SOFTBANK] * 2 + [Carrier.RAKUTEN]
FATES = (
    [MessageStatus.DELIVERED] * 44
    + [MessageStatus.FAILED] * 3
    + [MessageStatus.CARRIER_ERROR, MessageStatus.INTERNAL_ERROR, MessageStatus.UNKNOWN]
)
CALLERS = ["mobile"] * 6 + ["keyed"] * 2 + ["gave_up", "hung_up"]


def write_history(account_id: int, number_id: int, *, days: int, calls_a_day: int) -> None:
    """About `calls_a_day` calls on each of the last `days` days, to the number's published flow."""
    chance = random.Random(number_id)  # noqa: S311 - the same demo on every machine
    with account_scope(account_id), transaction():
        flow = flow_table.live_flow(number_id)
        assert flow is not None and flow.published_version is not None, (
            "the demo's number is published"
        )
        for day in range(days, 0, -1):
            for _ in range(chance.randint(calls_a_day - 1, calls_a_day + 1)):
                moment = clock.now() - timedelta(days=day, minutes=chance.randint(-600, 600))
                _write_call(
                    flow.incoming_number, flow.published_version, min(moment, clock.now()), chance
                )


def _write_call(
    number: IncomingNumber, version: FlowVersion, moment: datetime, chance: random.Random
) -> None:
    kind = chance.choice(CALLERS)
    mobile = f"+81{chance.choice((70, 80, 90))}{chance.randint(10_000_000, 99_999_999)}"
    landline = chance.choice((f"+813{chance.randint(30_000_000, 69_999_999)}", None))
    recipient = mobile if kind in ("mobile", "keyed") else None
    call = Call(
        id=new_id(),
        account_id=number.account_id,
        incoming_number_id=number.id,
        flow_version_id=version.id,
        provider_call_id=f"demo-{new_id()}",
        caller=mobile if kind == "mobile" else landline,
        called=number.number,
        state={"gave_up": CallState.GAVE_UP, "hung_up": CallState.ASKING}.get(
            kind, CallState.ANNOUNCED
        ),
        attempt={"mobile": 0, "gave_up": 3}.get(kind, 1),
        recipient=recipient,
        started_at=moment,
        ended_at=moment + timedelta(seconds=chance.randint(12, 60)),
    )
    session.add(call)
    session.flush()
    if recipient is not None:
        session.add(_message(call, version, recipient, chance))


def _message(call: Call, version: FlowVersion, recipient: str, chance: random.Random) -> Message:
    sms = version.flow_content.sms
    assert sms is not None, "a published version has an SMS"
    text = sms_text.render(
        sms.body, sms.short_urls, dict.fromkeys(sms.short_urls, "https://qms.jp/DemoDemo")
    )
    carrier = chance.choice(CARRIERS)
    status = chance.choice(FATES)
    arrived = status is MessageStatus.DELIVERED
    settled_at = call.started_at + timedelta(seconds=chance.randint(3, 20))
    return Message(
        id=new_id(),
        account_id=version.account_id,
        call_id=call.id,
        incoming_number=call.called,
        sender=sms.sender,
        recipient=recipient,
        body=sms.body,
        text=text,
        units=sms_text.utf16_units(text),
        parts=sms_text.parts(sms_text.utf16_units(text), carrier),
        status=status,
        accepted_at=call.started_at,
        queued_at=call.started_at,
        next_attempt_at=settled_at,
        attempts=1,
        sent_at=call.started_at + timedelta(seconds=1),
        delivered_at=settled_at if arrived else None,
        settled_at=settled_at,
        provider_id=f"demo-{call.id}",
        carrier=carrier if arrived else None,
    )
