"""予約公開: what begins and ends by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, func, select

from app import clock
from app.domain.flow_content import FlowContent
from app.domain.mail_texts import Sender
from app.domain.publication_rules import Period, parse_moment
from app.domain.refusals import Refusal
from app.models import flow as flow_table
from app.models import flow_event, number_use
from app.models.audit_entry import AuditEntry
from app.models.database import session, transaction
from app.models.flow_event import KEPT_NEWER, FlowAction, FlowEvent
from app.models.incoming_number import IncomingNumber
from app.models.mail import Mail
from app.models.publication_plan import PlanState, PublicationPlan
from app.models.sender_number import SenderNumber
from app.models.tenant_scope import account_scope
from app.models.user import User
from app.services import flows, mails, publication_plans, publications
from tests.services.publication_support import VOICE, heard, live, publish, save, saying
from tests.support import factories
from tests.support.parallel import at_once

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("frozen")]
HOUR = timedelta(hours=1)


@pytest.fixture
def number(db: Engine) -> Iterator[IncomingNumber]:
    mails.configure(
        Sender("https://portal.example", "Todoku", "https://help.example", "a@todoku.example"),
        lambda _mail_id: None,
    )
    account = factories.account()
    factories.sender_number(account)
    with account_scope(account.id):
        yield factories.incoming_number(account)


@pytest.fixture
def author(number: IncomingNumber) -> User:
    return factories.user()


def plan(
    number: IncomingNumber,
    author: User,
    greeting: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
) -> int:
    return publication_plans.plan_publication(
        number.id,
        Period(starts_at, ends_at),
        revision=save(number, author, saying(greeting)),
        user_id=author.id,
        speech=VOICE,
        comment="年末年始",
    )


def state(plan_id: int) -> PlanState:
    session.remove()
    return session.get_one(PublicationPlan, plan_id).state


def run_at(frozen: time_machine.Traveller, moment: datetime) -> None:
    frozen.move_to(moment)
    publication_plans.run_due_plans()


def last_event(number: IncomingNumber) -> FlowEvent:
    session.remove()
    return flow_event.of_flows([live(number).id], offset=0, limit=1)[0]


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (("2025-02-28", "0:00"), ("2025-03-01", "0:00")),
        (("2025-12-29", "0:00"), ("2026-01-04", "0:00")),
        (("2025-02-28", "23:59"), ("2025-03-31", "23:59")),
    ],
)
def test_it_begins_and_ends_on_the_minute_in_japan(
    number: IncomingNumber,
    author: User,
    frozen: time_machine.Traveller,
    starts: tuple[str, str],
    ends: tuple[str, str],
) -> None:
    starts_at, ends_at = parse_moment(*starts), parse_moment(*ends)
    publish(number, author, saying("通常"))
    planned = plan(number, author, "休業", starts_at, ends_at)
    second = timedelta(seconds=1)
    for moment, greeting, expected in (
        (starts_at - second, "通常", PlanState.WAITING),
        (starts_at, "休業", PlanState.RUNNING),
        (ends_at - second, "休業", PlanState.RUNNING),
        (ends_at, "通常", PlanState.ENDED),
    ):
        run_at(frozen, moment)
        assert (heard(number), state(planned)) == (greeting, expected), moment
    assert live(number).published_at == ends_at
    ended, began, _ = flow_event.of_flows([live(number).id], offset=0, limit=9)
    assert (began.action, began.happened_at) == (FlowAction.PLAN_BEGAN, starts_at)
    assert (began.comment, began.user_id) == ("年末年始", None)
    assert (ended.action, ended.happened_at) == (FlowAction.PLAN_ENDED, ends_at)


def test_without_an_end_it_stays(
    number: IncomingNumber, author: User, frozen: time_machine.Traveller
) -> None:
    planned = plan(number, author, "新しい", clock.now() + HOUR)
    assert heard(number) is None
    run_at(frozen, clock.now() + HOUR)
    assert (heard(number), state(planned)) == ("新しい", PlanState.ENDED)


def test_what_is_edited_after_planning_does_not_change_it(
    number: IncomingNumber, author: User, frozen: time_machine.Traveller
) -> None:
    plan(number, author, "予約した言葉", clock.now() + HOUR)
    save(number, author, saying("後の下書き"))
    run_at(frozen, clock.now() + HOUR)
    assert heard(number) == "予約した言葉"
    assert live(number).draft_content == saying("後の下書き")


def test_over_nothing_published_it_ends_with_nothing(
    number: IncomingNumber, author: User, frozen: time_machine.Traveller
) -> None:
    plan(number, author, "期間限定", clock.now() + HOUR, clock.now() + 2 * HOUR)
    run_at(frozen, clock.now() + HOUR)
    assert heard(number) == "期間限定"
    run_at(frozen, clock.now() + HOUR)
    assert heard(number) is None


def test_one_that_ends_makes_way_for_one_that_begins(
    number: IncomingNumber, author: User, frozen: time_machine.Traveller
) -> None:
    now = clock.now()
    publish(number, author, saying("通常"))
    plan(number, author, "後", now + 2 * HOUR, now + 3 * HOUR)
    plan(number, author, "先", now + HOUR, now + 2 * HOUR)
    for hours, greeting in ((1, "先"), (2, "後"), (3, "通常")):
        run_at(frozen, now + hours * HOUR)
        assert heard(number) == greeting


@pytest.mark.parametrize("by_hand", ["publish", "stop", "return"])
def test_what_was_decided_by_hand_meanwhile_stays(
    number: IncomingNumber, author: User, frozen: time_machine.Traveller, by_hand: str
) -> None:
    now = clock.now()
    publish(number, author, saying("通常"))
    planned = plan(number, author, "予約", now + HOUR, now + 2 * HOUR)
    run_at(frozen, now + HOUR)
    version = session.get_one(PublicationPlan, planned).version_id
    publications.stop_publication(number.id, user_id=author.id)
    expected = None
    if by_hand == "publish":
        publish(number, author, saying("手動"))
        expected = "手動"
    elif by_hand == "return":  # to the very version of the plan: he wants it to stay
        publications.return_to_version(number.id, version, user_id=author.id)
        expected = "予約"
    run_at(frozen, now + 2 * HOUR)
    assert (heard(number), state(planned)) == (expected, PlanState.ENDED)
    event = last_event(number)
    assert (event.action, event.comment) == (FlowAction.PLAN_ENDED, KEPT_NEWER)


def test_two_beats_at_once_do_it_once(
    number: IncomingNumber, author: User, frozen: time_machine.Traveller
) -> None:
    now = clock.now()
    publish(number, author, saying("通常"))
    plan(number, author, "予約", now + HOUR, now + 2 * HOUR)
    for hours, greeting, action in (
        (1, "予約", FlowAction.PLAN_BEGAN),
        (2, "通常", FlowAction.PLAN_ENDED),
    ):
        frozen.move_to(now + hours * HOUR)
        assert at_once(*[publication_plans.run_due_plans] * 4) == [None] * 4
        assert heard(number) == greeting
        assert _count(action) == 1


def test_a_worker_that_dies_in_the_middle_leaves_it_to_the_next(
    number: IncomingNumber,
    author: User,
    frozen: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = clock.now()
    first = plan(number, author, "予約", now + HOUR, now + 3 * HOUR)
    other = factories.incoming_number(_account(number))
    second = plan(other, author, "別の番号", now + HOUR + timedelta(minutes=1))

    frozen.move_to(now + 2 * HOUR)
    with monkeypatch.context() as patch:
        patch.setattr(publication_plans, "put_in_place", _exit)
        with pytest.raises(SystemExit):
            publication_plans.run_due_plans()
    assert (heard(number), state(first)) == (None, PlanState.WAITING)
    with monkeypatch.context() as patch:
        patch.setattr(publication_plans, "_begin", _failing_for(first, publication_plans._begin))
        publication_plans.run_due_plans()
    assert (state(first), heard(other), state(second)) == (
        PlanState.WAITING,
        "別の番号",
        PlanState.ENDED,
    )
    publication_plans.run_due_plans()
    assert (heard(number), state(first)) == ("予約", PlanState.RUNNING)


def _exit(*_: Any, **__: Any) -> None:
    raise SystemExit


def _failing_for(plan_id: int, really: Any) -> Any:
    def begin(flow: Any, plan: PublicationPlan) -> None:
        if plan.id == plan_id:
            raise RuntimeError("this one is broken")
        really(flow, plan)

    return begin


def test_a_plan_that_breaks_the_rules_by_now_fails_and_its_maker_is_told(
    number: IncomingNumber, author: User, frozen: time_machine.Traveller
) -> None:
    publish(number, author, saying("通常"))
    planned = plan(number, author, "予約", clock.now() + HOUR)
    with transaction():
        session.delete(session.scalars(select(SenderNumber)).one())
    run_at(frozen, clock.now() + HOUR)
    assert (heard(number), state(planned)) == ("通常", PlanState.FAILED)
    event = last_event(number)
    assert (event.action, event.comment) == (FlowAction.PLAN_FAILED, "sender_unknown")
    mail = session.scalars(select(Mail)).one()
    assert mail.recipient == author.mail_address
    assert f"/numbers/{number.id}/flow/history/" in mail.body
    publication_plans.run_due_plans()
    assert session.scalar(select(func.count(Mail.id))) == 1


def test_a_failing_trial_call_holds_a_plan_back(
    number: IncomingNumber, author: User, frozen: time_machine.Traveller
) -> None:
    planned = plan(number, author, "予約", clock.now() + HOUR)
    save(number, author, saying("予約", body="新しいSMS"))
    factories.trial_call(live(number))
    run_at(frozen, clock.now() + HOUR)
    assert state(planned) is PlanState.FAILED
    assert last_event(number).comment == "trial_calls_failed"


def test_a_period_that_passed_unseen_is_not_made_up_for(
    number: IncomingNumber, author: User, frozen: time_machine.Traveller
) -> None:
    planned = plan(number, author, "予約", clock.now() + HOUR, clock.now() + 2 * HOUR)
    run_at(frozen, clock.now() + 3 * HOUR)
    assert (heard(number), state(planned)) == (None, PlanState.FAILED)
    assert last_event(number).comment == publication_plans.MISSED


def test_cancelled_it_never_begins(
    number: IncomingNumber, author: User, frozen: time_machine.Traveller
) -> None:
    planned = plan(number, author, "予約", clock.now() + HOUR)
    publication_plans.cancel_plan(number.id, planned)
    run_at(frozen, clock.now() + HOUR)
    assert (heard(number), state(planned)) == (None, PlanState.CANCELLED)
    with pytest.raises(Refusal, match="plan_not_waiting"):
        publication_plans.cancel_plan(number.id, planned)


def test_ended_early_what_was_before_returns(
    number: IncomingNumber, author: User, frozen: time_machine.Traveller
) -> None:
    publish(number, author, saying("通常"))
    planned = plan(number, author, "予約", clock.now() + HOUR, clock.now() + 9 * HOUR)
    with pytest.raises(Refusal, match="plan_not_running"):
        publication_plans.end_plan_now(number.id, planned, user_id=author.id)
    run_at(frozen, clock.now() + HOUR)
    with pytest.raises(Refusal, match="plan_not_waiting"):
        publication_plans.cancel_plan(number.id, planned)
    publication_plans.end_plan_now(number.id, planned, user_id=author.id)
    assert (heard(number), state(planned)) == ("通常", PlanState.ENDED)
    assert last_event(number).user_id == author.id
    run_at(frozen, clock.now() + 9 * HOUR)
    assert _count(FlowAction.PLAN_ENDED) == 1


def test_plans_of_others_are_not_there(number: IncomingNumber, author: User) -> None:
    foreign = factories.published_flow(factories.incoming_number(factories.account()))
    other = factories.published_flow(factories.incoming_number(_account(number)))
    for flow in (foreign, other):
        planned = factories.publication_plan(flow)
        with pytest.raises(Refusal, match="plan_unknown"):
            publication_plans.cancel_plan(number.id, planned.id)
        with pytest.raises(Refusal, match="plan_unknown"):
            publication_plans.end_plan_now(number.id, planned.id, user_id=author.id)


def test_twenty_may_wait(number: IncomingNumber, author: User) -> None:
    publish(number, author)
    for hour in range(20):
        factories.publication_plan(live(number), clock.now() + (hour + 1) * HOUR)
    with pytest.raises(Refusal, match="plans_too_many"):
        plan(number, author, "21番目", clock.now() + 30 * HOUR)


def test_of_two_overlapping_ones_planned_at_once_one_is_refused(
    number: IncomingNumber, author: User
) -> None:
    revision = save(number, author)
    period = Period(clock.now() + HOUR, clock.now() + 2 * HOUR)

    def planned() -> int:
        with account_scope(number.account_id):
            return publication_plans.plan_publication(
                number.id, period, revision=revision, user_id=author.id, speech=VOICE
            )

    results = at_once(planned, planned)
    refused = [result for result in results if isinstance(result, Refusal)]
    assert [refusal.code for refusal in refused] == ["plan_overlaps"]


def test_what_is_published_while_the_schedule_waits_for_the_flow_comes_back(
    number: IncomingNumber,
    author: User,
    frozen: time_machine.Traveller,
    database_engine: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On SQLite a writer waits before it reads anything."""
    publish(number, author, saying("前"))
    planned = plan(number, author, "予約", clock.now() + HOUR, clock.now() + 2 * HOUR)
    really = flow_table.lock_flow

    def by_hand() -> None:
        with account_scope(number.account_id):
            publish(number, author, saying("直前に手動で"))

    def lock_late(flow_id: int) -> Any:
        monkeypatch.setattr(flow_table, "lock_flow", really)
        assert at_once(by_hand) == [None]
        return really(flow_id)

    if database_engine == "sqlite":
        by_hand()
    else:
        monkeypatch.setattr(flow_table, "lock_flow", lock_late)
    run_at(frozen, clock.now() + HOUR)
    assert (heard(number), state(planned)) == ("予約", PlanState.RUNNING)
    run_at(frozen, clock.now() + HOUR)
    assert heard(number) == "直前に手動で"


def test_a_planned_sender_number_is_in_use(number: IncomingNumber, author: User) -> None:
    publish(number, author)
    factories.publication_plan(live(number))
    publications.stop_publication(number.id, user_id=author.id)
    flows.save_draft(number.id, FlowContent(), revision=1, user_id=author.id)
    assert number_use.senders_in_use(number.account_id) == {factories.SENDER}


def test_what_the_schedule_did_stands_in_the_accounts_audit_trail(
    number: IncomingNumber, author: User, frozen: time_machine.Traveller
) -> None:
    plan(number, author, "予約", datetime(2025, 2, 28, 15, tzinfo=UTC))
    run_at(frozen, datetime(2025, 2, 28, 15, tzinfo=UTC))
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.actor) == ("plan.begin", "system")
    assert entry.account_id == number.account_id
    assert entry.company_id == _account(number).company_id


def _count(action: FlowAction) -> int:
    return session.scalar(select(func.count(FlowEvent.id)).where(FlowEvent.action == action)) or 0


def _account(number: IncomingNumber) -> Any:
    return session.get_one(IncomingNumber, number.id).account
