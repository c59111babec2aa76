"""Calls and messages under any order and repetition of what can happen to them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app.domain.sms_status import MessageStatus, after_report
from app.models import message as message_table
from app.models.account import Account
from app.models.database import session, transaction
from app.models.message import Message
from app.models.message_queue import Claim
from app.providers.plivo.client import SentMessage
from app.services import calls, message_sending, message_status
from tests.services.never_twice_support import POSTER, CallsAndMessages
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("published")]

ANY_ORDER = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
UNTIL_IT_FAILS = settings(
    ANY_ORDER, max_examples=300, derandomize=True, phases=[Phase.generate], print_blob=False
)


@pytest.fixture
def published(db: object) -> None:
    account = factories.account()
    with transaction():
        session.get_one(Account, account.id).resends_automatically = True
    factories.published_flow(factories.incoming_number(account, POSTER))


def test_one_sms_for_each_call_that_is_owed_one() -> None:
    run_state_machine_as_test(CallsAndMessages, settings=ANY_ORDER)


def blind_resend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks for a message of unknown outcome in Plivo's list."""
    monkeypatch.setattr(message_sending, "nearest_lines", lambda _claims, _lines: {})


def unchecked_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep settles what it once found unclear, whatever was reported meanwhile."""

    def still_claimed(claimed: Claim, *_outcome: object) -> Message | None:
        return message_table.lock(claimed.message_id)

    def claimed(message_ids: Sequence[uuid.UUID]) -> list[Message]:
        return [session.get_one(Message, message_id) for message_id in message_ids]

    monkeypatch.setattr(message_table, "claimed", claimed)
    monkeypatch.setattr(message_sending, "_still_claimed", still_claimed)


def status_that_moves_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def believe(
        _current: MessageStatus, told: MessageStatus, _parts: int, **_order: bool
    ) -> MessageStatus:
        return told

    monkeypatch.setattr(message_status, "after_report", believe)


def arrival_that_always_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    def believe(
        current: MessageStatus, told: MessageStatus, parts: int, **order: bool
    ) -> MessageStatus:
        if told is MessageStatus.DELIVERED:
            return told
        return after_report(current, told, parts, **order)

    monkeypatch.setattr(message_status, "after_report", believe)


def second_message_for_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """A repeated webhook is taken for another call's."""
    answer = calls.answer_call

    def answer_anew(incoming: calls.IncomingCall, out: calls.SmsOut) -> calls.Reply:
        return answer(replace(incoming, provider_call_id=str(uuid.uuid4())), out)

    monkeypatch.setattr(calls, "answer_call", answer_anew)


def lines_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest claim takes the line of whichever message to the same number."""

    def in_turn(claims: Iterable[Claim], lines: Iterable[SentMessage]) -> dict[uuid.UUID, str]:
        left, found = list(lines), {}
        for claim in claims:
            for line in left:
                if line.recipient == claim.recipient:
                    found[claim.message_id] = line.provider_id
                    left.remove(line)
                    break
        return found

    monkeypatch.setattr(message_sending, "nearest_lines", in_turn)


SENDING = {"ring", "send", "look_up_unclear", "time_passes"}
MUTANTS: list[tuple[Callable[[pytest.MonkeyPatch], None], set[str]]] = [
    (blind_resend, SENDING),
    (unchecked_claim, SENDING),
    (lines_in_turn, SENDING),
    (status_that_moves_back, {"send", "tell"}),
    (arrival_that_always_wins, {"send", "tell"}),
    (second_message_for_a_call, {"ring", "webhook"}),
]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("mutant", "rules"), MUTANTS, ids=lambda each: getattr(each, "__name__", "")
)
def test_the_machine_bites(
    mutant: Callable[[pytest.MonkeyPatch], None],
    rules: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each breaks one promise: a machine that finds nothing then would prove nothing. Rules that
    have nothing to do with it are left out, so that it is found in seconds."""
    mutant(monkeypatch)
    monkeypatch.setattr(CallsAndMessages, "in_play", frozenset(rules))
    with pytest.raises(AssertionError):
        run_state_machine_as_test(CallsAndMessages, settings=UNTIL_IT_FAILS)
