"""Sending again: by itself where the account wants it, by an operator where we gave up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from app.domain.carriers import Carrier
from app.domain.refusals import Refusal
from app.domain.sms_status import MessageStatus
from app.models import message_queue, send_attempt
from app.models.account import Account
from app.models.database import session, transaction
from app.models.message import Message
from app.models.send_attempt import AttemptOutcome
from app.models.tenant_scope import all_companies
from app.providers.plivo.status_report import StatusReport
from app.services.message_resending import resend_dead_letter, resend_retryable_messages
from app.services.message_status import take_status_report
from app.services.message_sweeps import settle_messages_without_result
from tests.services.back_office_support import refused, trail
from tests.support import factories

pytestmark = pytest.mark.usefixtures("db")

FIRST, SECOND = "plivo-1", "plivo-2"
OFF = StatusReport(FIRST, MessageStatus.RETRYABLE, Carrier.DOCOMO, 1, "80", 2, None, None)


def sent(*, resends: bool = True, **more: object) -> Message:
    account = factories.account()
    with transaction():
        session.get_one(Account, account.id).resends_automatically = resends
    call = factories.call(factories.incoming_number(account))
    values = {"status": MessageStatus.SENT, "provider_id": FIRST, "attempts": 1}
    return factories.message(call, **(values | more))  # type: ignore[arg-type]


def now(message: Message) -> Message:
    session.remove()
    with all_companies("test"):
        fresh = session.get_one(Message, message.id)
    session.expunge(fresh)
    session.remove()
    return fresh


def hand_over(message: Message, provider_id: str, number: int) -> None:
    """As a worker does."""
    with all_companies("test"), transaction():
        row = session.get_one(Message, message.id)
        claimed = message_queue.claim_next(
            row.next_attempt_at, queued_after=row.queued_at - timedelta(hours=1)
        )
        assert claimed is not None
        assert claimed.message_id == row.id
        assert row.attempts == number
        row.status = MessageStatus.SENT
        row.provider_id = provider_id
        attempt = send_attempt.of_message(message.id)[-1]
        attempt.provider_id, attempt.outcome = provider_id, AttemptOutcome.ACCEPTED


def test_it_rests_where_the_account_did_not_ask_for_more(
    frozen: time_machine.Traveller,
) -> None:
    message = sent(resends=False)
    take_status_report(message.id, OFF)
    frozen.shift(timedelta(days=1))
    resend_retryable_messages()
    assert now(message).status is MessageStatus.RETRYABLE


def test_three_more_tries_after_5_30_and_60_minutes(frozen: time_machine.Traveller) -> None:
    message = sent()
    for number, minutes in enumerate((5, 30, 60), start=1):
        report = replace(OFF, provider_id=f"plivo-{number}")
        take_status_report(message.id, report)
        frozen.shift(timedelta(minutes=minutes, seconds=-1))
        resend_retryable_messages()
        assert now(message).status is MessageStatus.RETRYABLE
        frozen.shift(timedelta(seconds=1))
        resend_retryable_messages()
        assert now(message).status is MessageStatus.WAITING
        hand_over(message, f"plivo-{number + 1}", number + 1)
    take_status_report(message.id, replace(OFF, provider_id="plivo-4"))
    frozen.shift(timedelta(days=1))
    resend_retryable_messages()
    assert now(message).status is MessageStatus.RETRYABLE
    assert now(message).attempts == 4


@pytest.mark.parametrize("is_sent_again", [False, True])
def test_late_reports_of_the_former_try_disturb_nothing(
    frozen: time_machine.Traveller, is_sent_again: bool
) -> None:
    message = sent()
    take_status_report(message.id, OFF)
    frozen.shift(timedelta(minutes=5))
    resend_retryable_messages()
    if is_sent_again:
        hand_over(message, SECOND, 2)
    before = now(message).status
    take_status_report(message.id, OFF)
    take_status_report(message.id, replace(OFF, status=MessageStatus.DELIVERED, sequence=9))
    assert now(message).status is before
    if is_sent_again:
        delivered = replace(OFF, provider_id=SECOND, status=MessageStatus.DELIVERED, sequence=1)
        take_status_report(message.id, delivered)
        assert now(message).status is MessageStatus.DELIVERED


def test_docomo_without_a_result_is_unknown_after_an_hour(
    frozen: time_machine.Traveller,
) -> None:
    docomo, au, told = (sent(provider_id=f"of-{name}") for name in ("docomo", "au", "told"))
    waiting = StatusReport(
        "of-docomo", MessageStatus.AWAITING_RESULT, Carrier.DOCOMO, 1, None, 1, None, None
    )
    take_status_report(docomo.id, waiting)
    take_status_report(au.id, replace(waiting, provider_id="of-au", carrier=Carrier.AU))
    delivered = replace(waiting, provider_id="of-told", status=MessageStatus.DELIVERED)
    take_status_report(told.id, delivered)
    frozen.shift(timedelta(minutes=59))
    settle_messages_without_result()
    assert now(docomo).status is MessageStatus.AWAITING_RESULT
    frozen.shift(timedelta(minutes=1))
    settle_messages_without_result()
    assert now(docomo).status is MessageStatus.UNKNOWN
    assert now(docomo).settled_at is not None
    assert now(au).status is MessageStatus.AWAITING_RESULT
    assert now(told).status is MessageStatus.DELIVERED
    late = replace(waiting, status=MessageStatus.DELIVERED, sequence=2)
    take_status_report(docomo.id, late)
    assert now(docomo).status is MessageStatus.UNKNOWN


def test_an_older_failure_changes_nothing() -> None:
    message = sent()
    newer = StatusReport(FIRST, MessageStatus.AWAITING_RESULT, Carrier.AU, 2, None, 5, None, None)
    take_status_report(message.id, newer)
    take_status_report(
        message.id, replace(newer, status=MessageStatus.FAILED, carrier=Carrier.DOCOMO, sequence=4)
    )
    assert now(message).status is MessageStatus.AWAITING_RESULT
    assert now(message).carrier is Carrier.AU
    take_status_report(message.id, replace(newer, status=MessageStatus.FAILED, sequence=6))
    assert now(message).status is MessageStatus.FAILED


@pytest.mark.parametrize(
    "failure",
    [
        MessageStatus.FAILED,
        MessageStatus.CARRIER_ERROR,
        MessageStatus.INTERNAL_ERROR,
        MessageStatus.RETRYABLE,
    ],
)
@pytest.mark.parametrize("arrived_first", [True, False])
def test_an_arrival_stays_whichever_of_two_reports_comes_first(
    failure: MessageStatus, arrived_first: bool
) -> None:
    message = sent()
    arrived = StatusReport(FIRST, MessageStatus.DELIVERED, Carrier.AU, 1, None, 3, None, None)
    failed = replace(arrived, status=failure, error_code="80", sequence=4)
    for report in (arrived, failed, failed) if arrived_first else (failed, arrived, failed):
        take_status_report(message.id, report)
    settled = now(message)
    assert settled.status is MessageStatus.DELIVERED
    assert settled.delivered_at is not None
    assert settled.error_code is None
    assert settled.resend_at is None


@pytest.mark.parametrize("sequence", [2, 5, None])
def test_a_failure_stays_unless_the_arrival_is_known_to_be_older(sequence: int | None) -> None:
    message = sent()
    failed = StatusReport(FIRST, MessageStatus.FAILED, Carrier.AU, 1, "70", 4, None, None)
    arrived = replace(failed, status=MessageStatus.DELIVERED, error_code=None, sequence=sequence)
    for report in (failed, arrived):
        take_status_report(message.id, report)
    assert now(message).status is (
        MessageStatus.DELIVERED if sequence == 2 else MessageStatus.FAILED
    )


@pytest.mark.parametrize("arrived_first", [True, False])
def test_one_part_arrives_and_the_other_does_not(arrived_first: bool) -> None:
    message = sent()
    failed = StatusReport(FIRST, MessageStatus.FAILED, None, 2, "70", 1, None, None, parts=2)
    arrived = replace(failed, status=MessageStatus.DELIVERED, error_code=None)
    for report in (arrived, failed) if arrived_first else (failed, arrived):
        take_status_report(message.id, report)
        take_status_report(message.id, report)
    assert now(message).status is MessageStatus.PARTLY_FAILED
    assert now(message).error_code == "70"
    take_status_report(message.id, arrived)
    assert now(message).status is MessageStatus.PARTLY_FAILED


def dead(**more: object) -> Message:
    values = {"provider_id": None, "outcome": AttemptOutcome.NOT_ACCEPTED}
    return sent(status=MessageStatus.INTERNAL_ERROR, **(values | more))


def resend(message: Message) -> None:
    with all_companies("test"):
        resend_dead_letter(message.id)


def test_a_dead_letter_is_sent_again_and_leaves_a_line() -> None:
    message = dead()
    resend(message)
    assert now(message).status is MessageStatus.WAITING
    assert now(message).settled_at is None
    assert trail()[-1][0] == "message.resend"
    hand_over(message, SECOND, 2)
    with pytest.raises(Refusal):
        resend(message)


def test_a_dead_letter_that_plivo_reports_on_was_sent_after_all() -> None:
    message = dead()
    take_status_report(message.id, replace(OFF, status=MessageStatus.DELIVERED))
    assert now(message).status is MessageStatus.DELIVERED


def test_what_may_have_been_sent_is_not_sent_again() -> None:
    unclear = dead(outcome=None)
    refused("message_perhaps_sent", lambda: resend(unclear))
    for status in set(MessageStatus) - {MessageStatus.INTERNAL_ERROR}:
        refused("message_not_dead", lambda: resend(sent(status=status, provider_id=None)))  # noqa: B023
