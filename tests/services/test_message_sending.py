"""Handing messages to Plivo through its real SDK: claim, call, record, and never twice."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import requests
import time_machine

from app import clock
from app.domain.sms_status import MessageStatus
from app.models.database import session
from app.models.message import Message
from app.models.tenant_scope import all_companies
from app.providers.plivo.client import SmsClient
from app.services.message_sending import (
    MAX_DELAYS,
    Outbox,
    retry_delay_s,
    send_next,
)
from app.services.message_sweeps import (
    poll_unreported_messages,
    settle_expired_messages,
    waiting_messages,
)
from app.services.send_rate import SendRate
from config import DEVELOPMENT_AUTH_ID, DEVELOPMENT_AUTH_TOKEN
from tests.support import factories

BASE_URL = "http://127.0.0.1:9"  # nobody listens: these tests need no reports
AT_ONCE = SendRate(1000, 10_000, reserve=lambda _bucket, _interval_s, _most_wait_s: 0.0)
AN_HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("db")


def waiting_for(recipient: str, **more: object) -> Message:
    call = factories.call(factories.incoming_number(factories.account()), recipient=recipient)
    return factories.message(call, **more)


def send(message: Message, client: SmsClient) -> Message:
    send_next(outbox(client))
    return now(message)


def outbox(client: SmsClient) -> Outbox:
    return Outbox(client, AT_ONCE, BASE_URL, AN_HOUR)


def now(message: Message) -> Message:
    session.remove()
    with all_companies("test"):
        fresh = session.get_one(Message, message.id)
    session.expunge(fresh)
    session.remove()
    return fresh


def accepted(simulator_url: str, recipient: str) -> list[dict[str, Any]]:
    """The messages to this number that Plivo has accepted."""
    address = f"{simulator_url}/simulator/handsets/{recipient.removeprefix('+')}"
    messages: list[dict[str, Any]] = requests.get(address, timeout=5).json()["messages"]
    return messages


def arrived(simulator_url: str, recipient: str) -> int:
    return len(accepted(simulator_url, recipient))


def wait_until_settled(simulator_url: str, recipient: str) -> None:
    deadline = time.monotonic() + 10
    while not all(message["settled"] for message in accepted(simulator_url, recipient)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def recipient() -> str:
    """A mobile of this test alone, delivered by docomo."""
    return f"+8180{uuid.uuid4().int % 9_000_000 + 1_000_000}0"


def test_handed_over(sms_client: SmsClient, simulator_url: str, recipient: str) -> None:
    sent = send(waiting_for(recipient), sms_client)
    assert sent.status is MessageStatus.SENT
    assert sent.provider_id is not None
    assert sent.sent_at is not None
    assert arrived(simulator_url, recipient) == 1


def test_ten_workers_at_once_send_it_once(
    sms_client: SmsClient, simulator_url: str, recipient: str
) -> None:
    message = waiting_for(recipient)

    def work(_: int) -> None:
        send_next(outbox(sms_client))
        session.remove()

    with ThreadPoolExecutor(10) as workers:
        list(workers.map(work, range(10)))
    assert now(message).attempts == 1
    assert arrived(simulator_url, recipient) == 1


@pytest.mark.parametrize(
    "status", [MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.SENDING]
)
def test_what_is_not_waiting_is_left_alone(
    sms_client: SmsClient, simulator_url: str, recipient: str, status: MessageStatus
) -> None:
    assert send(waiting_for(recipient, status=status), sms_client).status is status
    assert arrived(simulator_url, recipient) == 0


def test_what_is_not_due_waits(sms_client: SmsClient, recipient: str) -> None:
    later = clock.now() + timedelta(minutes=1)
    assert send(waiting_for(recipient, next_attempt_at=later), sms_client).attempts == 0


@pytest.mark.parametrize("recipient", ["+819099990038", "+819099990039"])
def test_a_refusal_is_final(sms_client: SmsClient, recipient: str) -> None:
    refused = send(waiting_for(recipient), sms_client)
    assert refused.status is MessageStatus.INTERNAL_ERROR
    assert refused.error_code is not None
    assert refused.settled_at is not None


@pytest.mark.parametrize("recipient", ["+819099990031", "+819099990033"])
def test_too_many_and_unavailable_wait_for_another_try(
    sms_client: SmsClient, recipient: str
) -> None:
    delayed = send(waiting_for(recipient), sms_client)
    assert delayed.status is MessageStatus.WAITING
    assert delayed.next_attempt_at > clock.now()


def test_plivo_away_waits_for_another_try(recipient: str) -> None:
    nobody = SmsClient(DEVELOPMENT_AUTH_ID, DEVELOPMENT_AUTH_TOKEN, BASE_URL, timeout_s=0.5)
    assert send(waiting_for(recipient), nobody).status is MessageStatus.WAITING


def test_the_last_try_gives_up(sms_client: SmsClient) -> None:
    message = waiting_for("+819099990031", delays=MAX_DELAYS - 1)
    assert send(message, sms_client).status is MessageStatus.INTERNAL_ERROR


def test_the_sweep_counts_what_is_due() -> None:
    past = clock.now() - timedelta(minutes=5)
    for _ in range(3):
        waiting_for("+819011112222", next_attempt_at=past)
    waiting_for("+819011112222", next_attempt_at=clock.now() + timedelta(minutes=1))
    waiting_for("+819011112222", status=MessageStatus.SENT)
    assert waiting_messages(10) == 3
    assert waiting_messages(2) == 2


def test_the_longest_waiting_goes_first(sms_client: SmsClient, recipient: str) -> None:
    number = factories.incoming_number(factories.account())
    past = clock.now() - timedelta(minutes=5)
    later, sooner = (
        factories.message(factories.call(number, recipient=recipient), next_attempt_at=moment)
        for moment in (past, past - timedelta(minutes=1))
    )
    send_next(outbox(sms_client))
    assert now(sooner).status is MessageStatus.SENT
    assert now(later).status is MessageStatus.WAITING


def test_what_waited_too_long_is_never_sent(
    sms_client: SmsClient, simulator_url: str, recipient: str
) -> None:
    late = waiting_for(recipient, queued_at=clock.now() - AN_HOUR)
    in_time = waiting_for(recipient, queued_at=clock.now() - AN_HOUR + timedelta(seconds=30))
    assert send(late, sms_client).status is MessageStatus.WAITING
    settle_expired_messages(AN_HOUR)
    assert now(late).status is MessageStatus.INTERNAL_ERROR
    assert now(late).error_code == "expired"
    assert now(late).settled_at is not None
    assert now(in_time).status is MessageStatus.SENT
    assert arrived(simulator_url, recipient) == 1


def test_an_overdue_report_is_asked_for(sms_client: SmsClient, simulator_url: str) -> None:
    sent = send(waiting_for("+818099990021"), sms_client)  # delivered, but no report is ever sent
    poll_unreported_messages(outbox(sms_client))
    assert now(sent).status is MessageStatus.SENT  # too early to ask
    wait_until_settled(simulator_url, "+818099990021")
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        poll_unreported_messages(outbox(sms_client))
    assert now(sent).status is MessageStatus.DELIVERED


def test_back_off_grows_and_has_a_ceiling() -> None:
    assert 1 <= retry_delay_s(1) <= 2
    assert 8 <= retry_delay_s(4) <= 16
    assert 300 <= retry_delay_s(40) <= 600
