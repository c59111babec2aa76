"""Publishing, stopping, returning to a version, bringing back a deleted flow."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
import time_machine
from sqlalchemy import Engine, select

from app import clock
from app.domain.flow_content import ContentRefused
from app.domain.refusals import Refusal
from app.models import flow as flow_table
from app.models import flow_event, flow_version
from app.models.account import Account
from app.models.audit_entry import AuditEntry
from app.models.database import session, transaction
from app.models.flow import Flow
from app.models.flow_event import FlowAction, FlowEvent
from app.models.incoming_number import IncomingNumber
from app.models.publication_plan import PlanState, PublicationPlan
from app.models.sender_number import SenderNumber
from app.models.tenant_scope import account_scope
from app.models.user import User
from app.services import flows, publications
from tests.services.publication_support import heard, live, publish, save, saying
from tests.support import factories
from tests.support.parallel import at_once

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def number(db: Engine) -> Iterator[IncomingNumber]:
    account = factories.account()
    factories.sender_number(account)
    with account_scope(account.id):
        yield factories.incoming_number(account)


@pytest.fixture
def author(number: IncomingNumber) -> User:
    return factories.user()


def version_id(number: IncomingNumber, version: int) -> int:
    found = flow_version.by_number(live(number).id, version)
    assert found is not None
    return found.id


def events(flow_id: int) -> list[FlowEvent]:
    session.remove()
    return list(flow_event.of_flows([flow_id], offset=0, limit=50))


def take_back_senders() -> None:
    with transaction():
        for sender in session.scalars(select(SenderNumber)):
            session.delete(sender)


def actions() -> list[str]:
    session.remove()
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_the_history_says_who_when_what_and_why(
    number: IncomingNumber, author: User, frozen: time_machine.Traveller
) -> None:
    publish(number, author, saying("一"), "はじめ")
    (event,) = events(live(number).id)
    assert (event.action, event.comment) == (FlowAction.PUBLISHED, "はじめ")
    assert (event.user and event.user.id, event.happened_at) == (author.id, clock.now())
    assert event.version
    assert event.version.number == 1
    assert live(number).published_at == clock.now()


def test_a_comment_that_is_too_long_publishes_nothing(number: IncomingNumber, author: User) -> None:
    with pytest.raises(Refusal, match="comment_too_long"):
        publish(number, author, comment="あ" * 201)
    assert heard(number) is None


def test_a_failing_trial_call_holds_publication_back(number: IncomingNumber, author: User) -> None:
    save(number, author, saying("一"))
    factories.trial_call(live(number), "携帯から")
    with pytest.raises(Refusal, match="trial_calls_failed") as refused:
        publish(number, author, saying("一", body="別のSMS"))
    assert "携帯から" in str(refused.value)
    assert heard(number) is None


def test_stopped_the_number_falls_silent_and_keeps_all(
    number: IncomingNumber, author: User
) -> None:
    publish(number, author, saying("一"))
    publications.stop_publication(number.id, user_id=author.id)
    flow = live(number)
    assert heard(number) is None
    assert flow.published_at is None
    assert flow.draft_content == saying("一")
    assert events(flow.id)[0].action is FlowAction.STOPPED
    with pytest.raises(Refusal, match="flow_not_published"):
        publications.stop_publication(number.id, user_id=author.id)
    publications.return_to_version(number.id, version_id(number, 1), user_id=author.id)
    assert heard(number) == "一"


def test_an_older_version_returns_as_it_was(
    number: IncomingNumber, author: User, frozen: time_machine.Traveller
) -> None:
    publish(number, author, saying("一"))
    publish(number, author, saying("二"))
    frozen.shift(60)
    assert publications.return_to_version(number.id, version_id(number, 1), user_id=author.id) == 1
    flow = live(number)
    assert heard(number) == "一"
    assert flow.published_at == clock.now()
    assert flow.draft_content == saying("二")
    assert flow.has_unpublished_changes
    assert [event.action for event in events(flow.id)] == [
        FlowAction.RETURNED,
        FlowAction.PUBLISHED,
        FlowAction.PUBLISHED,
    ]
    with pytest.raises(Refusal, match="version_is_live"):
        publications.return_to_version(number.id, version_id(number, 1), user_id=author.id)
    assert publish(number, author, saying("三")) == 3


def test_a_version_whose_sender_was_taken_back_does_not_return(
    number: IncomingNumber, author: User
) -> None:
    publish(number, author, saying("一"))
    publish(number, author, saying("二"))
    take_back_senders()
    with pytest.raises(ContentRefused) as refused:
        publications.return_to_version(number.id, version_id(number, 1), user_id=author.id)
    assert refused.value.problems["sender"].code == "sender_unknown"
    assert heard(number) == "二"


def test_versions_of_other_flows_and_accounts_are_not_there(
    number: IncomingNumber, author: User
) -> None:
    publish(number, author)
    foreign = factories.published_flow(factories.incoming_number(factories.account()))
    other = factories.published_flow(factories.incoming_number(_account(number)))
    for flow in (foreign, other):
        assert flow.published_version_id
        with pytest.raises(Refusal, match="version_unknown"):
            publications.return_to_version(number.id, flow.published_version_id, user_id=author.id)
        with pytest.raises(Refusal, match="version_unknown"):
            publications.load_into_draft(
                number.id, flow.published_version_id, revision=1, user_id=author.id
            )
        with pytest.raises(Refusal, match="flow_unknown"):
            publications.restore_flow(number.id, flow.id, user_id=author.id)


def test_a_version_is_loaded_into_the_draft_that_was_looked_at(
    number: IncomingNumber, author: User
) -> None:
    publish(number, author, saying("一"))
    publish(number, author, saying("二"))
    first = version_id(number, 1)
    with pytest.raises(Refusal, match="draft_conflict"):
        publications.load_into_draft(number.id, first, revision=1, user_id=author.id)
    publications.load_into_draft(number.id, first, revision=2, user_id=author.id)
    flow = live(number)
    assert flow.draft_content == saying("一")
    assert (flow.draft_revision, flow.draft_saved_by_id) == (3, author.id)
    assert heard(number) == "二"


def test_a_deleted_flow_comes_back_with_all_it_had(number: IncomingNumber, author: User) -> None:
    publish(number, author, saying("一"))
    gone = live(number).id
    flows.delete_flow(number.id, user_id=author.id, may_publish=True)
    assert heard(number) is None
    flows.register_flow(number.id)
    with pytest.raises(Refusal, match="flow_in_the_way"):
        publications.restore_flow(number.id, gone, user_id=author.id)
    flows.delete_flow(number.id, user_id=author.id, may_publish=True)
    assert publications.restore_flow(number.id, gone, user_id=author.id) is True
    assert heard(number) == "一"
    assert [event.action for event in events(gone)] == [
        FlowAction.RESTORED,
        FlowAction.DELETED,
        FlowAction.PUBLISHED,
    ]
    with pytest.raises(Refusal, match="flow_unknown"):
        publications.restore_flow(number.id, gone, user_id=author.id)


def test_two_flows_are_not_brought_back_at_once(
    number: IncomingNumber, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = []
    for _ in range(2):
        flows.register_flow(number.id)
        gone.append(live(number).id)
        flows.delete_flow(number.id, user_id=author.id, may_publish=True)
    both_are_past_the_check = threading.Barrier(2)
    lock_flow = flow_table.lock_flow

    def lock_late(flow_id: int) -> Flow | None:
        with suppress(threading.BrokenBarrierError):
            both_are_past_the_check.wait(0.3)
        return lock_flow(flow_id)

    def restore(flow_id: int) -> None:
        with account_scope(number.account_id):
            publications.restore_flow(number.id, flow_id, user_id=author.id)

    monkeypatch.setattr(flow_table, "lock_flow", lock_late)
    outcome = at_once(*(lambda flow_id=flow_id: restore(flow_id) for flow_id in gone))
    assert sorted(map(str, outcome)) == ["None", "flow_in_the_way"]
    assert live(number).id in gone


def test_what_breaks_the_rules_by_now_comes_back_as_a_draft(
    number: IncomingNumber, author: User
) -> None:
    publish(number, author, saying("一"))
    gone = live(number).id
    flows.delete_flow(number.id, user_id=author.id, may_publish=True)
    take_back_senders()
    assert publications.restore_flow(number.id, gone, user_id=author.id) is False
    assert heard(number) is None
    assert live(number).draft_content == saying("一")


def test_the_account_may_keep_members_from_deleting_what_callers_hear(
    number: IncomingNumber, author: User
) -> None:
    with transaction():
        session.get_one(Account, number.account_id).may_members_delete_published = False
    publish(number, author)
    with pytest.raises(Refusal, match="published_flow_protected"):
        flows.delete_flow(number.id, user_id=author.id, may_publish=False)
    publications.stop_publication(number.id, user_id=author.id)
    flows.delete_flow(number.id, user_id=author.id, may_publish=False)
    assert flow_table.live_flow(number.id) is None


def test_deleting_a_flow_cancels_its_plans(number: IncomingNumber, author: User) -> None:
    publish(number, author)
    plan = factories.publication_plan(live(number), by=author)
    flows.delete_flow(number.id, user_id=author.id, may_publish=True)
    session.remove()
    assert session.get_one(PublicationPlan, plan.id).state is PlanState.CANCELLED


def test_each_step_is_in_the_audit_trail(number: IncomingNumber, author: User) -> None:
    publish(number, author, saying("一"), "why")
    publish(number, author, saying("二"))
    publications.return_to_version(number.id, version_id(number, 1), user_id=author.id)
    publications.load_into_draft(number.id, version_id(number, 1), revision=2, user_id=author.id)
    publications.stop_publication(number.id, user_id=author.id)
    gone = live(number).id
    flows.delete_flow(number.id, user_id=author.id, may_publish=True)
    publications.restore_flow(number.id, gone, user_id=author.id)
    assert actions()[-5:] == [
        "flow.return",
        "flow.load",
        "flow.stop",
        "flow.delete",
        "flow.restore",
    ]
    first = session.scalars(select(AuditEntry).where(AuditEntry.action == "flow.publish")).first()
    assert first
    assert first.after
    assert first.after["comment"] == "why"


def _account(number: IncomingNumber) -> Account:
    return session.get_one(Account, number.account_id)
