"""Calls and messages as Hypothesis drives them."""

from __future__ import annotations

import itertools
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import delete, select

from app import clock
from app.domain.carriers import Carrier
from app.domain.refusals import Refusal
from app.domain.sms_status import FINAL_STATUSES, MessageStatus
from app.models.call import Call
from app.models.database import session, transaction
from app.models.message import Message
from app.models.send_attempt import SendAttempt
from app.models.short_url import ShortUrl
from app.models.tenant_scope import all_companies
from app.services import message_resending, message_sweeps
from app.services.incoming_calls import IncomingCall
from app.services.message_sending import Outbox, send_next
from app.services.message_status import take_status_report
from app.services.send_rate import SendRate
from tests.services.never_twice_parts import (
    LANDLINE,
    MOBILES,
    POSTER,
    UNKNOWN_NUMBER,
    FakePlivo,
    KnownCall,
    WorkerKilled,
    report,
)

AN_HOUR = timedelta(hours=1)
AT_ONCE = SendRate(1000, 10_000, reserve=lambda _bucket, _interval_s, _most_wait_s: 0.0)
MOODS = (
    "accepts",
    "refuses",
    "delays",
    "loses the request",
    "loses the answer",
    "worker dies before",
    "worker dies after",
)
REPORTED = (
    (MessageStatus.SENT, None),
    (MessageStatus.AWAITING_RESULT, None),
    (MessageStatus.AWAITING_RESULT, Carrier.DOCOMO),
    (MessageStatus.DELIVERED, Carrier.AU),
    (MessageStatus.DELIVERED, Carrier.DOCOMO),
    (MessageStatus.FAILED, Carrier.DOCOMO),
    (MessageStatus.CARRIER_ERROR, None),
    (MessageStatus.INTERNAL_ERROR, None),
    (MessageStatus.RETRYABLE, Carrier.DOCOMO),
)
PROGRESS = {
    MessageStatus.WAITING: 0,
    MessageStatus.SENDING: 0,
    MessageStatus.SENT: 1,
    MessageStatus.AWAITING_RESULT: 2,
} | dict.fromkeys(FINAL_STATUSES, 3)


def plays(
    rule_name: str, status: MessageStatus | None = None
) -> Callable[[CallsAndMessages], bool]:
    """A precondition: the rule is in play, and some message is in that status (or there is any),
    without which most steps would find nothing to do."""

    def holds(machine: CallsAndMessages) -> bool:
        found = machine.statuses if status is None else status in machine.statuses.values()
        return bool(found) and (not machine.in_play or rule_name in machine.in_play)

    return holds


class CallsAndMessages(RuleBasedStateMachine):
    """A message lives once more each time somebody decides to send it again: the account's
    「自動再送」 or an operator. In each life Plivo may accept it once.

    `in_play` names the rules that are; all when empty.
    """

    in_play: frozenset[str] = frozenset()

    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(datetime(2025, 2, 21, 0, 30, tzinfo=UTC), tick=False)
        self.traveller = self.clock.start()
        self.lives: Counter[uuid.UUID] = Counter()
        self.resent_by_operator: Counter[uuid.UUID] = Counter()
        self.plivo = FakePlivo(self.pass_time, self.lives)
        self.outbox = Outbox(self.plivo, AT_ONCE, "http://127.0.0.1:9", AN_HOUR)  # type: ignore[arg-type]
        self.calls: list[KnownCall] = []
        self.statuses: dict[uuid.UUID, MessageStatus] = {}
        self.seen: dict[tuple[uuid.UUID, int], MessageStatus] = {}
        self.reported_in_parts: set[uuid.UUID] = set()
        self.brought_by: dict[uuid.UUID, int | None] = {}
        self.call_ids = itertools.count()

    def pass_time(self, seconds: float) -> None:
        self.traveller.shift(timedelta(seconds=seconds))

    @initialize(times=st.integers(2, 5))
    def somebody_calls(self, times: int) -> None:
        for _ in range(times):
            self.ring(MOBILES[0], POSTER, is_answered_first=True)

    @precondition(plays("ring"))
    @rule(
        caller=st.sampled_from((*MOBILES, LANDLINE, None)),
        called=st.sampled_from((POSTER,) * 5 + (UNKNOWN_NUMBER,)),
        is_answered_first=st.sampled_from((True, True, True, False)),
    )
    def ring(self, caller: str | None, called: str, is_answered_first: bool) -> None:
        """Somebody calls, and which webhook comes first need not be the answer."""
        self.calls.append(KnownCall(IncomingCall(f"call-{next(self.call_ids)}", caller, called)))
        if is_answered_first:
            self.calls[-1].answer()

    @precondition(plays("webhook"))
    @rule(
        data=st.data(),
        kind=st.sampled_from(("answer", "digits", "digits", "hangup")),
        attempt=st.integers(1, 3),
        mobile=st.sampled_from((*MOBILES, None, None)),
    )
    def webhook(self, data: st.DataObject, kind: str, attempt: int, mobile: str | None) -> None:
        """In any order, and as often as Plivo likes to repeat it. The fallback is spoken without a
        look at the database."""
        call = data.draw(st.sampled_from(self.calls))
        match kind:
            case "answer":
                call.answer()
            case "digits":
                call.digits(attempt, mobile)
            case "hangup":
                call.hang_up()

    @precondition(plays("send", MessageStatus.WAITING))
    @rule(mood=st.sampled_from(MOODS))
    def send(self, mood: str) -> None:
        self.plivo.mood = mood
        try:
            send_next(self.outbox)
        except WorkerKilled:
            session.remove()

    @precondition(lambda self: self.plivo.accepted)
    @precondition(plays("tell"))
    @rule(
        data=st.data(),
        told=st.sampled_from(REPORTED),
        sequence=st.integers(1, 5) | st.none(),
        parts=st.sampled_from((1, 1, 2)),
        times=st.integers(1, 2),
    )
    def tell(
        self,
        data: st.DataObject,
        told: tuple[MessageStatus, Carrier | None],
        sequence: int | None,
        parts: int,
        times: int,
    ) -> None:
        message_id, _, entry = data.draw(st.sampled_from(self.plivo.accepted))
        if parts > 1:
            self.reported_in_parts.add(message_id)
        for _ in range(times):
            before = self.statuses[message_id]
            take_status_report(message_id, report(entry.provider_id, *told, sequence, parts))
            self.note_what_moved(message_id, before, sequence)

    @precondition(plays("time_passes"))
    @rule(seconds=st.sampled_from((1, 61, 301, 700, 1900, 3700)))
    def time_passes(self, seconds: int) -> None:
        self.pass_time(seconds)

    @precondition(plays("look_up_unclear", MessageStatus.SENDING))
    @rule(
        lists=st.sampled_from(("answers", "answers", "answers", "breaks", "worker dies")),
        is_reported_meanwhile=st.booleans(),
        after_s=st.sampled_from((0, 61, 61)),
    )
    def look_up_unclear(self, lists: str, is_reported_meanwhile: bool, after_s: int) -> None:
        self.pass_time(after_s)
        self.plivo.lists = lists
        if is_reported_meanwhile:
            self.plivo.meanwhile = self.report_on_unclear
        try:
            message_sweeps.settle_unclear_messages(self.outbox)
        except WorkerKilled:
            session.remove()
        self.plivo.meanwhile, self.plivo.lists = lambda: None, "answers"

    @precondition(plays("sweep"))
    @rule()
    def sweep(self) -> None:
        message_sweeps.settle_expired_messages(AN_HOUR)
        message_sweeps.settle_messages_without_result()
        message_sweeps.poll_unreported_messages(self.outbox)

    @precondition(plays("resend_what_rested", MessageStatus.RETRYABLE))
    @rule()
    def resend_what_rested(self) -> None:
        message_resending.resend_retryable_messages()

    @precondition(plays("operator_resends", MessageStatus.INTERNAL_ERROR))
    @rule(data=st.data())
    def operator_resends(self, data: st.DataObject) -> None:
        message_id = data.draw(st.sampled_from(list(self.statuses)))
        try:
            with all_companies("test"):
                message_resending.resend_dead_letter(message_id)
        except Refusal:
            return
        self.resent_by_operator[message_id] += 1

    def report_on_unclear(self) -> None:
        unclear = {each.id for each in self.messages() if each.status is MessageStatus.SENDING}
        for message_id, _, entry in self.plivo.accepted:
            if message_id in unclear:
                take_status_report(message_id, report(entry.provider_id, MessageStatus.DELIVERED))
        self.all_is_well()

    def note_what_moved(
        self, message_id: uuid.UUID, before: MessageStatus, sequence: int | None
    ) -> None:
        now = next(each.status for each in self.messages() if each.id == message_id)
        if now is before:
            return
        brought = self.brought_by.get(message_id)
        if before in FINAL_STATUSES and now is MessageStatus.DELIVERED:
            assert None not in (sequence, brought)
            assert sequence < brought, "a failure that came before the arrival was made"  # type: ignore[operator]
            self.seen[message_id, self.lives[message_id]] = now
        self.statuses[message_id], self.brought_by[message_id] = now, sequence

    @invariant()
    def all_is_well(self) -> None:
        messages = self.messages()
        self.statuses = {message.id: message.status for message in messages}
        for message in messages:
            self.lives[message.id] = message.resends + self.resent_by_operator[message.id]
            self.goes_no_step_back(message)
        handed_over = Counter((message_id, life) for message_id, life, _ in self.plivo.accepted)
        assert max(handed_over.values(), default=1) == 1, "accepted twice in one life"
        owed = Counter(call.owed_to for call in self.calls if call.owed_to)
        assert Counter(message.recipient for message in messages) == owed

    def goes_no_step_back(self, message: Message) -> None:
        life = (message.id, self.lives[message.id])
        before, now = self.seen.get(life, MessageStatus.WAITING), message.status
        if before in FINAL_STATUSES and before is not now:
            assert now is MessageStatus.PARTLY_FAILED, (before, now)
            assert before is not MessageStatus.UNKNOWN
            assert message.id in self.reported_in_parts
        assert PROGRESS[now] >= PROGRESS[before], (before, now)
        self.seen[life] = now

    def teardown(self) -> None:
        try:
            self.settle_all()
        finally:
            self.clock.stop()
            session.remove()
            with all_companies("test"), transaction():
                for table in (ShortUrl, SendAttempt, Message, Call):
                    session.execute(delete(table))

    def settle_all(self) -> None:
        """The storm is over: whatever is open now ends well, and who was owed an SMS has one, or
        we know that he has none."""
        self.plivo.mood = "accepts"
        for _ in range(4):
            self.look_up_unclear("answers", is_reported_meanwhile=False, after_s=61)
            self.sweep()
            for _ in range(sum(map(self.is_due, self.messages()))):
                send_next(self.outbox)
            self.pass_time(660)
        for message_id, _, entry in self.plivo.accepted:
            take_status_report(
                message_id, report(entry.provider_id, MessageStatus.DELIVERED, None, 9)
            )
        self.all_is_well()
        handed_over = {(message_id, life) for message_id, life, _ in self.plivo.accepted}
        for message in self.messages():
            assert message.status in FINAL_STATUSES, message.status
            gave_up = message.status is MessageStatus.INTERNAL_ERROR and message.provider_id is None
            assert gave_up is ((message.id, self.lives[message.id]) not in handed_over), "lost"

    def is_due(self, message: Message) -> bool:
        now = clock.now()
        return message.status is MessageStatus.WAITING and message.next_attempt_at <= now

    def messages(self) -> list[Message]:
        session.rollback()
        with all_companies("test"):
            return list(session.scalars(select(Message).order_by(Message.accepted_at, Message.id)))
