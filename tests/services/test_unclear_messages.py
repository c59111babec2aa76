"""Messages whose hand-over has an unknown outcome, settled by Plivo's own list of messages."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import insert, select, update

from app import clock
from app.domain.phone_numbers import from_national_digits
from app.domain.sms_status import MessageStatus
from app.models.account import Account
from app.models.database import session, transaction
from app.models.message import Message
from app.models.send_attempt import AttemptOutcome, SendAttempt
from app.models.tenant_scope import all_companies
from app.providers.plivo.client import PAGE, ListPage, SentMessage, SmsClient
from app.providers.plivo.failures import SendDelayed
from app.services.message_list import PAGES_TO_JUDGE_BY
from app.services.message_sending import Outbox, send_next
from app.services.message_sweeps import LOOK_UP_TAKES, MOST_PAGES, settle_unclear_messages
from app.services.send_rate import LISTS_PER_S, SendRate
from tests.services.message_queue_support import many_waiting
from tests.support import factories

pytestmark = pytest.mark.usefixtures("db")

AN_HOUR = timedelta(hours=1)
BASE_URL = "http://127.0.0.1:9"  # nobody listens: these tests need no reports
AT_ONCE = SendRate(1000, 10_000, reserve=lambda _bucket, _interval_s, _most_wait_s: 0.0)
A_SECOND = timedelta(seconds=1)


@dataclass
class FakeList:
    """Plivo's list, newest first. The first `fails` times it does not answer, and after
    `fails_after` pages not any more."""

    lines: list[SentMessage] = field(default_factory=list)
    fails: int = 0
    fails_after: float = math.inf
    pages: int = 0
    page_size: int = PAGE

    def accepted(self, recipient: str, at: datetime, sender: str = factories.SENDER) -> str:
        provider_id = str(uuid.uuid4())
        self.lines.append(SentMessage(provider_id, from_national_digits(sender), recipient, at))
        return provider_id

    def list_page(
        self,
        *,
        sender: str,
        recipient: str | None,
        since: datetime,
        until: datetime,
        offset: int,
    ) -> ListPage:
        self.pages += 1
        if self.pages <= self.fails or self.pages > self.fails_after:
            raise SendDelayed("HTTP 429")
        found = [
            line
            for line in self.lines
            if line.sender == from_national_digits(sender)
            and recipient in (None, line.recipient)
            and line.accepted_at is not None
            and since <= line.accepted_at <= until
        ]
        found.sort(key=lambda line: str(line.accepted_at), reverse=True)
        page = found[offset : offset + PAGE]
        return ListPage(page, is_last=len(page) < PAGE)


def sweep(client: FakeList | SmsClient, rate: SendRate = AT_ONCE) -> None:
    settle_unclear_messages(Outbox(client, rate, BASE_URL, AN_HOUR))  # type: ignore[arg-type]
    session.remove()


def unclear_since(
    recipient: str = factories.MOBILE, ago_s: float = 61, *, account: Account | None = None
) -> Message:
    """Claimed so many seconds ago, and nothing heard since."""
    number = factories.incoming_number(account or factories.account())
    return factories.message(
        factories.call(number, recipient=recipient),
        status=MessageStatus.SENDING,
        claimed_at=clock.now() - timedelta(seconds=ago_s),
        next_attempt_at=clock.now() - AN_HOUR,
        attempts=1,
    )


def now(message: Message) -> Message:
    session.remove()
    with all_companies("test"):
        fresh = session.get_one(Message, message.id)
    session.expunge(fresh)
    session.remove()
    return fresh


def statuses(messages: Sequence[Message]) -> list[MessageStatus]:
    return [now(message).status for message in messages]


@pytest.mark.parametrize("ending", ["34", "35", "36", "37"])
def test_an_unclear_outcome_is_looked_up_and_not_sent_again(
    sms_client: SmsClient, simulator_url: str, ending: str
) -> None:
    """Through the real SDK: late, dropped, empty and senseless answers."""
    call = factories.call(
        factories.incoming_number(factories.account()), recipient=f"+8180999900{ending}"
    )
    message = factories.message(call)
    send_next(Outbox(sms_client, AT_ONCE, BASE_URL, AN_HOUR))
    assert now(message).status is MessageStatus.SENDING
    send_next(Outbox(sms_client, AT_ONCE, BASE_URL, AN_HOUR))
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        sweep(sms_client)
    settled = now(message)
    assert settled.status is MessageStatus.SENT
    assert settled.provider_id is not None
    assert settled.attempts == 1


def test_claimed_and_not_in_the_list_waits_again_a_minute_after_its_claim() -> None:
    fresh, old = unclear_since(ago_s=59), unclear_since(ago_s=61)
    sweep(FakeList())
    assert statuses([fresh, old]) == [MessageStatus.SENDING, MessageStatus.WAITING]
    assert now(fresh).next_attempt_at <= clock.now()


def test_another_number_another_sender_and_another_time_are_not_this_message() -> None:
    message, other = unclear_since(ago_s=600), unclear_since("+819011112222", ago_s=600)
    claimed_at = now(message).claimed_at
    assert claimed_at is not None
    plivo = FakeList()
    plivo.accepted("+819033334444", claimed_at)
    plivo.accepted(factories.MOBILE, claimed_at, sender="0399999999")
    plivo.accepted(factories.MOBILE, claimed_at - timedelta(seconds=61))
    plivo.accepted(factories.MOBILE, claimed_at + timedelta(seconds=121))
    sweep(plivo)
    assert statuses([message, other]) == [MessageStatus.WAITING, MessageStatus.WAITING]


def test_a_line_of_another_attempt_is_not_this_message() -> None:
    sent, message = unclear_since(), unclear_since()
    plivo = FakeList()
    taken = plivo.accepted(factories.MOBILE, clock.now() - timedelta(seconds=61))
    with all_companies("test"), transaction():
        session.get_one(Message, sent.id).status = MessageStatus.SENT
        attempt = session.get_one(SendAttempt, (sent.id, 1))
        attempt.provider_id, attempt.outcome = taken, AttemptOutcome.ACCEPTED
    sweep(plivo)
    assert now(message).status is MessageStatus.WAITING


def test_each_line_goes_to_the_claim_that_is_nearest_in_time() -> None:
    """The older one was not accepted: in its turn it would take the line of the newer one."""
    older, newer = unclear_since(ago_s=90), unclear_since(ago_s=70)
    plivo = FakeList()
    provider_id = plivo.accepted(factories.MOBILE, clock.now() - timedelta(seconds=69))
    sweep(plivo)
    assert statuses([older, newer]) == [MessageStatus.WAITING, MessageStatus.SENT]
    assert now(newer).provider_id == provider_id


def test_the_line_of_a_hand_over_that_goes_on_is_left_to_it() -> None:
    unclear, goes_on = unclear_since(ago_s=61), unclear_since(ago_s=3)
    plivo = FakeList()
    plivo.accepted(factories.MOBILE, clock.now() - timedelta(seconds=2))
    sweep(plivo)
    assert statuses([unclear, goes_on]) == [MessageStatus.WAITING, MessageStatus.SENDING]


def test_one_question_settles_many() -> None:
    account = factories.account()
    messages = [
        unclear_since(f"+8190000000{number:02}", ago_s=60 + number, account=account)
        for number in range(1, 16)
    ]
    plivo = FakeList()
    for message in messages[::2]:
        assert message.claimed_at is not None
        plivo.accepted(message.recipient, message.claimed_at + A_SECOND)
    sweep(plivo)
    assert plivo.pages == 1
    assert statuses(messages[::2]) == [MessageStatus.SENT] * 8
    assert statuses(messages[1::2]) == [MessageStatus.WAITING] * 7


def test_where_the_sender_sent_much_each_is_asked_for() -> None:
    """Reading on would take more questions than there are messages."""
    messages = [unclear_since(f"+8190000000{number:02}", ago_s=70) for number in range(1, 4)]
    plivo = FakeList()
    for number in range(1000):
        plivo.accepted(f"+8180{number:08}", clock.now() - timedelta(seconds=30 + number % 60))
    plivo.accepted(messages[0].recipient, clock.now() - timedelta(seconds=69))
    sweep(plivo)
    assert plivo.pages <= 2 * len(messages)
    assert statuses(messages) == [
        MessageStatus.SENT,
        MessageStatus.WAITING,
        MessageStatus.WAITING,
    ]


def test_a_list_longer_than_a_sweep_may_read_stops_nobody() -> None:
    messages = [unclear_since(f"+819000000{number:04}", ago_s=70) for number in range(30)]
    plivo = FakeList()
    for number in range((MOST_PAGES + 1) * PAGE):
        plivo.accepted(f"+8180{number:08}", clock.now() - timedelta(seconds=20 + number % 60))
    sweep(plivo)
    assert plivo.pages == PAGES_TO_JUDGE_BY + len(messages)
    assert set(statuses(messages)) == {MessageStatus.WAITING}


def test_what_stays_unclear_for_long_is_asked_for_one_by_one() -> None:
    messages = [unclear_since(f"+819000000{number:04}", ago_s=1000) for number in range(5)]
    plivo = FakeList()
    sweep(plivo)
    assert plivo.pages == len(messages)
    assert set(statuses(messages)) == {MessageStatus.WAITING}


def test_a_page_that_fails_once_is_asked_for_again() -> None:
    message = unclear_since("+819000000001", ago_s=70)
    plivo = FakeList(fails=1)
    plivo.accepted(message.recipient, clock.now() - timedelta(seconds=69))
    sweep(plivo)
    assert plivo.pages == 2
    assert statuses([message]) == [MessageStatus.SENT]


def test_far_apart_in_time_or_of_different_senders_each_is_asked_for() -> None:
    messages = [
        unclear_since(f"+8190000000{number:02}", ago_s=ago_s)
        for number, ago_s in enumerate([70, 70 + 300, 70 + 7200])
    ]
    plivo = FakeList()
    sweep(plivo)
    assert plivo.pages == 3
    assert set(statuses(messages)) == {MessageStatus.WAITING}


def test_a_list_that_breaks_off_says_who_was_accepted_and_never_who_was_not() -> None:
    messages = [unclear_since(f"+8190000000{number:02}", ago_s=70) for number in range(1, 31)]
    plivo = FakeList(fails_after=2)
    for number in range(100):
        plivo.accepted(f"+8180{number:08}", clock.now() - timedelta(seconds=number))
    sweep(plivo)
    assert set(statuses(messages)) == {MessageStatus.SENDING}
    assert now(messages[0]).next_attempt_at <= clock.now(), "the next sweep may take them"


def test_no_room_in_the_rate_decides_nothing() -> None:
    messages = [unclear_since(f"+8190000000{number:02}") for number in range(1, 4)]
    sweep(FakeList(), SendRate(1000, 10_000, reserve=lambda *_: None))
    assert set(statuses(messages)) == {MessageStatus.SENDING}


def test_what_a_report_settled_meanwhile_is_not_asked_for() -> None:
    reported, other = unclear_since(ago_s=7200), unclear_since(ago_s=600)

    class Reported(FakeList):
        def list_page(self, **question: Any) -> ListPage:
            with all_companies("test"), transaction():
                session.execute(
                    update(Message)
                    .where(Message.id == other.id)
                    .values(status=MessageStatus.DELIVERED)
                )
            return super().list_page(**question)

    plivo = Reported()
    sweep(plivo)
    assert plivo.pages == 1
    assert statuses([reported, other]) == [MessageStatus.WAITING, MessageStatus.DELIVERED]


def test_while_one_sweep_looks_up_the_next_keeps_away() -> None:
    message = unclear_since()
    younger = FakeList()

    class Busy(FakeList):
        def list_page(self, **question: Any) -> ListPage:
            unclear_since("+819011112222")
            sweep(younger)
            return super().list_page(**question)

    sweep(Busy())
    assert younger.pages == 0
    assert now(message).status is MessageStatus.WAITING
    sweep(younger)
    assert younger.pages == 1


def test_what_a_sweep_left_behind_when_it_died_is_taken_up_again() -> None:
    message = unclear_since()

    class Dying(FakeList):
        def list_page(self, **question: Any) -> ListPage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(Dying())
    sweep(FakeList())
    assert now(message).status is MessageStatus.SENDING
    with time_machine.travel(clock.now() + LOOK_UP_TAKES + A_SECOND):
        sweep(FakeList())
    assert now(message).status is MessageStatus.WAITING


@pytest.mark.slow
@pytest.mark.any_database
def test_500_after_a_crash_take_minutes_and_not_half_an_hour(
    frozen: time_machine.Traveller,
) -> None:
    """For 100 s no answer came; every second message was accepted. 5 SMS a second, before, then
    and since."""
    account = factories.account()
    many_waiting(account, 500)
    frozen.shift(timedelta(seconds=400))
    plivo = FakeList()
    with all_companies("test"), transaction():
        messages = session.scalars(select(Message)).all()
        for number, message in enumerate(messages):
            claimed_at = clock.now() - timedelta(seconds=300 - number / 5)
            message.recipient = f"+8190{number:08}"
            message.status, message.claimed_at, message.attempts = (
                MessageStatus.SENDING,
                claimed_at,
                1,
            )
            if number % 2:
                plivo.accepted(message.recipient, claimed_at + A_SECOND)
        session.execute(
            insert(SendAttempt),
            [
                {
                    "message_id": message.id,
                    "number": 1,
                    "account_id": account.id,
                    "claimed_at": message.claimed_at,
                }
                for message in messages
            ],
        )
    for seconds in [*range(-400, -300), *range(-200, 0)]:
        for number in range(5):
            plivo.accepted(f"+8180{number:08}", clock.now() + timedelta(seconds=seconds))
    asked: list[str] = []

    def reserve(bucket: str, _interval_s: float, _most_wait_s: float) -> float:
        asked.append(bucket)
        return 0.0

    sweep(plivo, SendRate(5, 300, reserve))

    with all_companies("test"):
        counted = list(session.scalars(select(Message.status)))
    assert (counted.count(MessageStatus.SENT), counted.count(MessageStatus.WAITING)) == (250, 250)
    assert asked.count("list") == plivo.pages <= MOST_PAGES
    assert plivo.pages / LISTS_PER_S < 200, "seconds; one by one it would be 1500"
