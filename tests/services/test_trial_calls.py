"""Saved trial calls: kept, compared with what is about to be published, taken as right anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, func, select

from app.domain.flow_content import FlowContent, Guidance, SmsTemplate, sample_content
from app.domain.refusals import Refusal
from app.domain.slots import Slot
from app.domain.trial_calls import Caller, TrialScript
from app.models import flow as flow_table
from app.models import trial_call
from app.models.audit_entry import AuditEntry
from app.models.call import Call
from app.models.database import session
from app.models.flow import Flow
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.tenant_scope import account_scope, all_companies
from app.models.trial_call import TrialCall
from app.services import flows, trial_calls
from tests.support import factories

LANDLINE = TrialScript(Caller.LANDLINE, ("08012345678",))
OTHER_SMS = replace(factories.CONTENT, sms=SmsTemplate(factories.SENDER, "別の案内"))


@pytest.fixture
def number(db: Engine) -> Iterator[IncomingNumber]:
    account = factories.account()
    factories.sender_number(account)
    number = factories.incoming_number(account)
    factories.draft_flow(number)
    with account_scope(account.id):
        yield number


def live(number: IncomingNumber) -> Flow:
    session.remove()
    flow = flow_table.live_flow(number.id)
    assert flow is not None
    return flow


def saved(number: IncomingNumber) -> list[TrialCall]:
    return list(trial_call.of_flow(live(number).id))


def save(number: IncomingNumber, name: str = "固定電話から", revision: int = 1) -> None:
    trial_calls.save_trial(number.id, name, LANDLINE, revision=revision)


def change_draft(number: IncomingNumber, content: FlowContent = OTHER_SMS) -> int:
    revision = live(number).draft_revision
    return flows.save_draft(number.id, content, revision=revision, user_id=factories.user().id)


def failing(number: IncomingNumber) -> tuple[trial_calls.FailedTrial, ...]:
    """On the draft."""
    flow = live(number)
    return trial_calls.failing(flow, flow.draft_content)


def actions() -> list[str]:
    with all_companies("test"):
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_saved_call_passes_until_the_draft_goes_differently(number: IncomingNumber) -> None:
    save(number, "  固定電話\n から ")
    assert [trial.name for trial in saved(number)] == ["固定電話 から"]
    assert failing(number) == ()
    change_draft(number)
    (failed,) = failing(number)
    assert failed.name == "固定電話 から"
    assert set(failed.differences) == {"body", "short_urls"}
    assert failed.differences["body"] == (factories.SMS.body, "別の案内")


def test_what_may_be_logged_has_no_texts(number: IncomingNumber) -> None:
    save(number)
    change_draft(number)
    refusal = Refusal("trial_calls_failed", failed=failing(number))
    assert "body" in str(refusal)
    assert factories.SMS.body not in str(refusal)
    assert "別の案内" not in str(refusal)


def test_they_are_played_on_what_is_to_be_published(number: IncomingNumber) -> None:
    save(number)
    assert trial_calls.failing(live(number), OTHER_SMS)
    change_draft(number)
    assert trial_calls.failing(live(number), factories.CONTENT) == ()


def test_taken_as_right_it_passes_again(number: IncomingNumber) -> None:
    save(number)
    revision = change_draft(number)
    (trial,) = saved(number)
    with pytest.raises(Refusal, match="draft_conflict"):
        trial_calls.accept_trial(number.id, trial.id, revision=revision - 1)
    trial_calls.accept_trial(number.id, trial.id, revision=revision)
    assert failing(number) == ()
    with all_companies("test"):
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "trial_call.accept")
        ).one()
    assert entry.before is not None
    assert entry.before["body"] == factories.SMS.body
    assert entry.after is not None
    assert entry.after["body"] == "別の案内"


def test_all_are_taken_as_right_at_once(number: IncomingNumber) -> None:
    save(number)
    trial_calls.save_trial(number.id, "携帯電話から", TrialScript(Caller.MOBILE), revision=1)
    trial_calls.save_trial(
        number.id, "ご案内なし", TrialScript(Caller.WITHHELD, ("", "", "")), revision=1
    )
    revision = change_draft(number)
    assert len(failing(number)) == 2
    with pytest.raises(Refusal, match="draft_conflict"):
        trial_calls.accept_all(number.id, revision=revision - 1)
    trial_calls.accept_all(number.id, revision=revision)
    assert failing(number) == ()
    assert actions().count("trial_call.accept") == 2


def test_renamed_and_deleted(number: IncomingNumber) -> None:
    save(number)
    trial_id = saved(number)[0].id
    trial_calls.rename_trial(number.id, trial_id, "新しい名前")
    assert [trial.name for trial in saved(number)] == ["新しい名前"]
    change_draft(number)
    trial_calls.delete_trial(number.id, trial_id)
    assert saved(number) == []
    assert failing(number) == ()
    assert [action for action in actions() if action.startswith("trial_call")] == [
        "trial_call.save",
        "trial_call.rename",
        "trial_call.delete",
    ]
    with pytest.raises(Refusal, match="trial_unknown"):
        trial_calls.delete_trial(number.id, trial_id)


def test_only_what_was_seen_to_its_end_is_saved(number: IncomingNumber) -> None:
    with pytest.raises(Refusal, match="trial_unfinished"):
        trial_calls.save_trial(number.id, "x", TrialScript(Caller.LANDLINE), revision=1)
    change_draft(number)
    with pytest.raises(Refusal, match="draft_conflict"):
        save(number)
    assert saved(number) == []


@pytest.mark.parametrize(
    ("name", "code"), [(" \n ", "trial_name_missing"), ("あ" * 101, "trial_name_too_long")]
)
def test_a_name_is_needed(number: IncomingNumber, name: str, code: str) -> None:
    save(number)
    (trial,) = saved(number)
    with pytest.raises(Refusal, match=code):
        save(number, name)
    with pytest.raises(Refusal, match=code):
        trial_calls.rename_trial(number.id, trial.id, name)
    assert [trial.name for trial in saved(number)] == ["固定電話から"]


def test_there_is_a_limit(number: IncomingNumber, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_calls, "MAX_PER_FLOW", 2)
    save(number)
    save(number)
    with pytest.raises(Refusal, match="trials_too_many"):
        save(number)


def test_a_guidance_counts_where_it_is_heard(number: IncomingNumber) -> None:
    save(number)
    mobile = TrialScript(Caller.MOBILE)
    trial_calls.save_trial(number.id, "携帯電話から", mobile, revision=1)
    greeting = {**sample_content().guidances, Slot.GREETING: Guidance("はじめまして。")}
    failed = trial_calls.failing(live(number), FlowContent(greeting, factories.SMS))
    assert [trial.name for trial in failed] == ["固定電話から"]
    assert set(failed[0].differences) == {"1"}


def test_another_accounts_calls_are_not_there(number: IncomingNumber) -> None:
    theirs = factories.incoming_number(factories.account())
    flow = factories.draft_flow(theirs)
    foreign = factories.trial_call(flow)
    for refused in (
        lambda: save(theirs),
        lambda: trial_calls.rename_trial(theirs.id, foreign.id, "x"),
        lambda: trial_calls.accept_trial(theirs.id, foreign.id, revision=1),
        lambda: trial_calls.delete_trial(theirs.id, foreign.id),
    ):
        with pytest.raises(Refusal, match="flow_unknown"):
            refused()
    for refused in (
        lambda: trial_calls.rename_trial(number.id, foreign.id, "x"),
        lambda: trial_calls.accept_trial(number.id, foreign.id, revision=1),
        lambda: trial_calls.delete_trial(number.id, foreign.id),
    ):
        with pytest.raises(Refusal, match="trial_unknown"):
            refused()


def test_nothing_is_counted_and_nothing_sent(number: IncomingNumber) -> None:
    save(number)
    failing(number)
    with all_companies("test"):
        assert session.scalar(select(func.count(Call.id))) == 0
        assert session.scalar(select(func.count(Message.id))) == 0
