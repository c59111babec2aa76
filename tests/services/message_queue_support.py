"""Many waiting messages at once."""

from __future__ import annotations

from sqlalchemy import insert

from app import clock
from app.domain.call_flow import CallState
from app.models.account import Account
from app.models.call import Call
from app.models.database import new_id, session, transaction
from app.models.message import Message
from app.models.tenant_scope import all_companies
from tests.support import factories


def many_waiting(account: Account, count: int, recipient: str = factories.MOBILE) -> None:
    """Due since now, each of a call of its own."""
    number = factories.incoming_number(account)
    calls = [
        {
            "id": new_id(),
            "account_id": account.id,
            "incoming_number_id": number.id,
            "provider_call_id": f"{account.id}-{turn}",
            "called": number.number,
            "state": CallState.ANNOUNCED,
            "attempt": 0,
        }
        for turn in range(count)
    ]
    messages = [
        {
            "id": new_id(),
            "account_id": account.id,
            "call_id": call["id"],
            "incoming_number": number.number,
            "sender": factories.SENDER,
            "recipient": recipient,
            "body": "Hello",
            "text": "Hello",
            "units": 5,
            "parts": 1,
            "accepted_at": clock.now(),
            "queued_at": clock.now(),
            "next_attempt_at": clock.now(),
        }
        for call in calls
    ]
    with all_companies("test"), transaction():
        session.execute(insert(Call), calls)
        session.execute(insert(Message), messages)
