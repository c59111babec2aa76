"""Delivery reports through their webhook."""

from __future__ import annotations

import uuid

import pytest

from app.domain.carriers import Carrier
from app.domain.sms_status import MessageStatus
from app.models.database import session
from app.models.message import Message
from app.models.tenant_scope import all_companies
from tests.ivr_webhooks.conftest import Plivo
from tests.support import factories

PROVIDER_ID = "5b40a428-bfc7-4daf-9d06-726c558bf3b8"


@pytest.fixture
def message(plivo: Plivo) -> Message:
    call = factories.call(factories.incoming_number(factories.account()))
    return factories.message(call, status=MessageStatus.SENT, provider_id=PROVIDER_ID)


def report(status: str, **more: str) -> dict[str, str]:
    return {
        "MessageUUID": PROVIDER_ID,
        "From": "81312345678",
        "To": "819012345678",
        "Status": status,
        "Units": "2",
        "MCC": "440",
        "MNC": "10",
        **more,
    }


def after(plivo: Plivo, message: Message, *reports: dict[str, str]) -> Message:
    for one in reports:
        assert plivo.post(f"/ivr/messages/{message.id}/status", one).status_code == 200
    session.remove()
    with all_companies("test"):
        return session.get_one(Message, message.id)


def test_delivered(plivo: Plivo, message: Message) -> None:
    settled = after(plivo, message, report("queued"), report("sent"), report("delivered"))
    assert settled.status is MessageStatus.DELIVERED
    assert settled.carrier is Carrier.DOCOMO
    assert settled.billed_units == 2
    assert settled.delivered_at is not None
    assert settled.settled_at is not None


def test_repeated_and_out_of_order_reports_do_not_move_it_back(
    plivo: Plivo, message: Message
) -> None:
    once = after(plivo, message, report("delivered"))
    delivered_at = once.delivered_at
    again = after(
        plivo,
        message,
        report("sent"),
        report("delivered"),
        report("failed", ErrorCode="80"),
        report("queued"),
    )
    assert again.status is MessageStatus.DELIVERED
    assert again.delivered_at == delivered_at
    assert again.error_code in (None, "000", "0")


def test_undelivered(plivo: Plivo, message: Message) -> None:
    settled = after(plivo, message, report("undelivered", ErrorCode="70"))
    assert settled.status is MessageStatus.FAILED
    assert settled.error_code == "70"
    assert settled.delivered_at is None


def test_a_report_proves_acceptance_of_a_message_whose_hand_over_was_unclear(
    plivo: Plivo, message: Message
) -> None:
    call = factories.call(factories.incoming_number(factories.account()))
    unclear = factories.message(call, status=MessageStatus.SENDING)
    settled = after(plivo, unclear, report("sent", MessageUUID="another-uuid"))
    assert settled.status is MessageStatus.AWAITING_RESULT
    assert settled.provider_id == "another-uuid"


def test_what_does_not_belong_here_is_answered_and_changes_nothing(
    plivo: Plivo, message: Message
) -> None:
    same = after(
        plivo, message, report("delivered", MessageUUID="somebody-elses"), report("届いた😀"), {}
    )
    assert same.status is MessageStatus.SENT
    unknown = f"/ivr/messages/{uuid.uuid4()}/status"
    assert plivo.post(unknown, report("delivered")).status_code == 200
