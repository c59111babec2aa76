"""Calls and messages under any order and repetition of what can happen to them."""

from __future__ import annotations

import itertools
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select

from app import clock
from app.domain.sms_status import FINAL_STATUSES, MessageStatus
from app.models.call import Call
from app.models.database import session, transaction
from app.models.message import Message
from app.models.send_attempt import SendAttempt
from app.models.short_url import ShortUrl
from app.models.sms_quota import DailyLimits
from app.models.tenant_scope import all_companies
from app.providers.plivo.client import SentMessage
from app.providers.plivo.failures import SendDelayed, SendRefused, SendUnclear
from app.providers.plivo.status_report import StatusReport
from app.services import calls, message_sweeps
from app.services.incoming_calls import IncomingCall, SmsOut
from app.services.message_sending import Outbox, send_next
from app.services.message_status import take_status_report
from app.services.send_rate import SendRate
from tests.support import factories

pytestmark = pytest.mark.slow

POSTER = "+815030000001"
AN_HOUR = timedelta(hours=1)
OUT = SmsOut("https://qms.jp", lambda _message_id: None, DailyLimits(1000, 1000))
AT_ONCE = SendRate(1000, 10_000, reserve=lambda _bucket, _interval_s, _most_wait_s: 0.0)
REPORTED = (
    MessageStatus.SENT,
    MessageStatus.AWAITING_RESULT,
    MessageStatus.DELIVERED,
    MessageStatus.FAILED,
    MessageStatus.CARRIER_ERROR,
)


@dataclass
class FakePlivo:
    """Accepts or not as `mood` says, and lists what it accepted."""

    mood: str = "accepts"
    accepted: list[tuple[uuid.UUID, SentMessage]] = field(default_factory=list)

    def send(self, *, sender: str, recipient: str, text: str, callback_url: str) -> str:
        if self.mood == "refuses":
            raise SendRefused("400", "no")
        if self.mood == "delays":
            raise SendDelayed("HTTP 429")
        if self.mood == "loses the request":
            raise SendUnclear("no answer")
        provider_id = str(uuid.uuid4())
        message_id = uuid.UUID(callback_url.split("/")[-2])
        entry = SentMessage(provider_id, sender, recipient, clock.now())
        self.accepted.append((message_id, entry))
        if self.mood == "loses the answer":
            raise SendUnclear("no answer")
        return provider_id

    def find(
        self, *, sender: str, recipient: str, since: datetime, until: datetime
    ) -> list[SentMessage]:
        return [
            entry
            for _, entry in self.accepted
            if (entry.sender, entry.recipient) == (sender, recipient)
            and since <= (entry.accepted_at or until) <= until
        ]

    def get(self, provider_id: str) -> StatusReport:
        return report(provider_id, MessageStatus.AWAITING_RESULT, None)


MOODS = ("accepts", "refuses", "delays", "loses the request", "loses the answer")


def report(provider_id: str, status: MessageStatus, sequence: int | None) -> StatusReport:
    return StatusReport(provider_id, status, None, 1, None, sequence, None, None)


class CallsAndMessages(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(datetime(2025, 2, 21, 0, 30, tzinfo=UTC), tick=False)
        self.traveller = self.clock.start()
        self.plivo = FakePlivo()
        self.outbox = Outbox(self.plivo, AT_ONCE, "http://127.0.0.1:9", AN_HOUR)  # type: ignore[arg-type]
        self.calls: list[IncomingCall] = []
        self.final: dict[uuid.UUID, MessageStatus] = {}
        self.numbers = itertools.count(10_000_000)

    @rule(from_mobile=st.booleans())
    def call(self, from_mobile: bool) -> None:
        number = next(self.numbers)
        caller = f"+8190{number}" if from_mobile else "+81312345678"
        self.calls.append(IncomingCall(str(uuid.uuid4()), caller, POSTER))
        calls.answer_call(self.calls[-1], OUT)

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), attempt=st.integers(1, 3), is_mobile=st.booleans())
    def key_in(self, data: st.DataObject, attempt: int, is_mobile: bool) -> None:
        call = data.draw(st.sampled_from(self.calls))
        digits = f"080{next(self.numbers)}" if is_mobile else "123"
        calls.take_digits(call, attempt=attempt, digits=digits, sms_out=OUT)

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), webhook=st.sampled_from(["answer", "hangup"]))
    def repeat(self, data: st.DataObject, webhook: str) -> None:
        call = data.draw(st.sampled_from(self.calls))
        if webhook == "answer":
            calls.answer_call(call, OUT)
        else:
            calls.end_call(call)

    @rule(mood=st.sampled_from(MOODS))
    def send(self, mood: str) -> None:
        self.plivo.mood = mood
        send_next(self.outbox)

    @precondition(lambda self: self.plivo.accepted)
    @rule(
        data=st.data(),
        status=st.sampled_from(REPORTED),
        sequence=st.integers(1, 5) | st.none(),
        times=st.integers(1, 2),
    )
    def tell(
        self, data: st.DataObject, status: MessageStatus, sequence: int | None, times: int
    ) -> None:
        message_id, entry = data.draw(st.sampled_from(self.plivo.accepted))
        for _ in range(times):
            take_status_report(message_id, report(entry.provider_id, status, sequence))

    @rule(seconds=st.sampled_from([1, 61, 700, 3700]))
    def time_passes(self, seconds: int) -> None:
        self.traveller.shift(timedelta(seconds=seconds))

    @rule()
    def sweep(self) -> None:
        message_sweeps.settle_expired_messages(AN_HOUR)
        message_sweeps.settle_unclear_messages(self.outbox)
        message_sweeps.settle_messages_without_result()
        message_sweeps.poll_unreported_messages(self.outbox)

    @invariant()
    def no_call_gets_two(self) -> None:
        handed_over = Counter(message_id for message_id, _ in self.plivo.accepted)
        assert all(count == 1 for count in handed_over.values())

    @invariant()
    def nothing_goes_backwards(self) -> None:
        for message in self.messages():
            before = self.final.get(message.id)
            assert before in (None, message.status), (before, message.status)
            if message.status in FINAL_STATUSES:
                self.final[message.id] = message.status

    def teardown(self) -> None:
        try:
            self.settle_all()
        finally:
            self.clock.stop()
            with all_companies("test"), transaction():
                for table in (ShortUrl, SendAttempt, Message, Call):
                    session.execute(delete(table))

    def settle_all(self) -> None:
        """The storm is over: whatever is open now ends well, and who was owed an SMS has one."""
        self.plivo.mood = "accepts"
        for _ in range(4):
            self.traveller.shift(timedelta(seconds=61))
            self.sweep()
            while any(self.is_due(message) for message in self.messages()):
                send_next(self.outbox)
            self.traveller.shift(timedelta(minutes=11))
        for message_id, entry in self.plivo.accepted:
            take_status_report(message_id, report(entry.provider_id, MessageStatus.DELIVERED, 9))
        self.no_call_gets_two()
        self.nothing_goes_backwards()
        accepted = {message_id for message_id, _ in self.plivo.accepted}
        messages = self.messages()
        assert all(message.status in FINAL_STATUSES for message in messages)
        for message in messages:
            gave_up = message.status is MessageStatus.INTERNAL_ERROR
            assert gave_up is (message.id not in accepted)
        with all_companies("test"):
            owed = session.scalars(select(Call.id).where(Call.recipient.is_not(None))).all()
        assert sorted(owed) == sorted(message.call_id for message in messages)

    def is_due(self, message: Message) -> bool:
        now = clock.now()
        return (
            message.status is MessageStatus.WAITING
            and message.next_attempt_at <= now
            and message.queued_at > now - AN_HOUR
        )

    def messages(self) -> list[Message]:
        session.rollback()
        with all_companies("test"):
            return list(session.scalars(select(Message)))


@pytest.mark.usefixtures("db")
def test_one_sms_for_each_call_that_is_owed_one() -> None:
    account = factories.account()
    number = factories.incoming_number(account, POSTER)
    factories.published_flow(number)
    run_state_machine_as_test(
        CallsAndMessages,
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
