"""Past calls and messages for the demo, spread over the last weeks."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from app import clock
from app.domain import japan_days
from app.domain.call_flow import CallState
from app.domain.carriers import Carrier
from app.domain.sms_status import MessageStatus
from app.models import flow as flow_table
from app.models.call import Call
from app.models.database import new_id, session, transaction
from app.models.flow_version import FlowVersion
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.send_attempt import AttemptOutcome, SendAttempt
from app.models.tenant_scope import account_scope
from app.services.message_writing import message_values

CARRIERS = [Carrier.DOCOMO] * 4 + [Carrier.AU] * 3 + [Carrier.SOFTBANK] * 2 + [Carrier.RAKUTEN]
FATES = (
    [(MessageStatus.DELIVERED, None)] * 44
    + [(MessageStatus.FAILED, "70"), (MessageStatus.FAILED, "80"), (MessageStatus.FAILED, "50")]
    + [(MessageStatus.CARRIER_ERROR, "30"), (MessageStatus.INTERNAL_ERROR, "420")]
    + [(MessageStatus.UNKNOWN, None)]
)
CALLERS = ["mobile"] * 6 + ["keyed"] * 2 + ["gave_up", "hung_up"]
FIRST_HOUR, LAST_HOUR = 9, 20
SHARE_OPENED = 0.4
SHORT_URLS, CODE = "https://qms.jp", "DemoDemo"


def write_history(account_id: int, number_id: int, *, days: int, calls_a_day: int) -> None:
    """About `calls_a_day` calls on each of the last `days` days, and of today as far as it went, to
    the number's published flow."""
    chance = random.Random(number_id)  # noqa: S311 - much the same demo on every machine
    with account_scope(account_id), transaction():
        flow = flow_table.live_flow(number_id)
        assert flow is not None and flow.published_version is not None, (
            "the demo's number is published"
        )
        for day in range(days, -1, -1):
            midnight = japan_days.day_start_utc(japan_days.today() - timedelta(days=day))
            for _ in range(chance.randint(calls_a_day - 1, calls_a_day + 1)):
                seconds = chance.randint(FIRST_HOUR * 3600, (LAST_HOUR + 1) * 3600 - 1)
                moment = midnight + timedelta(seconds=seconds)
                if moment < clock.now() - timedelta(minutes=2):
                    _write_call(flow.incoming_number, flow.published_version, moment, chance)


def _write_call(
    number: IncomingNumber, version: FlowVersion, moment: datetime, chance: random.Random
) -> None:
    kind = chance.choice(CALLERS)
    mobile = f"+81{chance.choice((70, 80, 90))}{chance.randint(10_000_000, 99_999_999)}"
    landline = chance.choice((f"+813{chance.randint(30_000_000, 69_999_999)}", None))
    recipient = mobile if kind in ("mobile", "keyed") else None
    call = Call(
        id=new_id(moment),
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
        _write_message(call, version, recipient, chance)


def _write_message(call: Call, version: FlowVersion, recipient: str, chance: random.Random) -> None:
    sms = version.flow_content.sms
    assert sms is not None, "a published version has an SMS"
    status, error_code = chance.choice(FATES)
    no_result = status is MessageStatus.UNKNOWN
    carrier = Carrier.DOCOMO if no_result else chance.choice(CARRIERS)
    arrived = status is MessageStatus.DELIVERED
    sent_at = call.started_at + timedelta(seconds=1)
    settled_at = call.started_at + timedelta(seconds=chance.randint(3, 20))
    opened_at = settled_at + timedelta(seconds=chance.randint(20, 2 * 3600))
    is_opened = arrived and chance.random() < SHARE_OPENED and opened_at < clock.now()
    written = message_values(sms, dict.fromkeys(sms.short_urls, CODE), SHORT_URLS)
    message = Message(
        **written
        | {
            "id": new_id(call.started_at),
            "status": status,
            "accepted_at": call.started_at,
            "queued_at": call.started_at,
            "next_attempt_at": settled_at,
            "attempts": 1,
        },
        account_id=version.account_id,
        call_id=call.id,
        incoming_number=call.called,
        recipient=recipient,
        claimed_at=sent_at,
        sent_at=sent_at,
        delivered_at=settled_at if arrived else None,
        opened_at=opened_at if is_opened else None,
        settled_at=settled_at,
        provider_id=f"demo-{call.id}",
        carrier=carrier,
        error_code=error_code,
    )
    session.add(message)
    session.flush()
    session.add(
        SendAttempt(
            account_id=version.account_id,
            message_id=message.id,
            number=1,
            claimed_at=sent_at,
            provider_id=message.provider_id,
            outcome=AttemptOutcome.ACCEPTED,
        )
    )
