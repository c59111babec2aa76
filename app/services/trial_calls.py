"""Saved trial calls of a flow: what has to go as it did, or nothing is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app import clock
from app.domain import trial_calls
from app.domain.flow_content import FlowContent
from app.domain.one_line import one_line
from app.domain.refusals import Refusal
from app.domain.trial_calls import TrialScript
from app.models import flow as flow_table
from app.models import trial_call
from app.models.database import session, transaction
from app.models.flow import Flow
from app.models.trial_call import TrialCall
from app.services import audit

MAX_NAME_CHARACTERS = 100
MAX_PER_FLOW = 50


@dataclass(frozen=True)
class FailedTrial:
    """`differences` maps each part that went differently to what was expected and what came."""

    name: str
    differences: Mapping[str, Any]

    def __repr__(self) -> str:
        """Without the texts: a refusal may be logged."""
        return f"{self.name} ({', '.join(self.differences)})"


def failing(flow: Flow, content: FlowContent) -> tuple[FailedTrial, ...]:
    """The saved trial calls of the flow that go differently on `content`, which is about to be
    published."""
    compared = (
        FailedTrial(trial.name, differences(trial, content))
        for trial in trial_call.of_flow(flow.id)
    )
    return tuple(trial for trial in compared if trial.differences)


def differences(trial: TrialCall, content: FlowContent) -> dict[str, Any]:
    """What goes differently on `content`, part by part; nothing: the call goes as expected."""
    result = trial_calls.play(content, TrialScript.from_json(trial.script))
    return trial_calls.differences(trial.expected, result.to_json())


def save_trial(number_id: int, name: str, script: TrialScript, *, revision: int) -> None:
    """Keep a call that was played to its end, as it went on the draft of that revision.

    Raises Refusal("draft_conflict") when the draft was saved again since it was played,
    Refusal("trial_unfinished"), Refusal("trials_too_many"), and what `_tidy_name` does.
    """
    with transaction():
        flow = _locked_draft(number_id, revision)
        result = trial_calls.play(flow.draft_content, script)
        if not result.is_over:
            raise Refusal("trial_unfinished")
        if len(trial_call.of_flow(flow.id)) >= MAX_PER_FLOW:
            raise Refusal("trials_too_many", limit=MAX_PER_FLOW)
        trial = TrialCall(
            account_id=flow.account_id,
            flow_id=flow.id,
            name=_tidy_name(name),
            script=script.to_json(),
            expected=result.to_json(),
        )
        session.add(trial)
        audit.record("trial_call.save", flow.incoming_number.number, after={"name": trial.name})


def rename_trial(number_id: int, trial_id: int, name: str) -> None:
    """Raises Refusal("trial_unknown") where there is none (any more), and what `_tidy_name`
    does."""
    with transaction():
        flow = _locked_flow(number_id)
        trial = _trial(flow, trial_id)
        before, trial.name = trial.name, _tidy_name(name)
        audit.record(
            "trial_call.rename",
            flow.incoming_number.number,
            before={"name": before},
            after={"name": trial.name},
        )


def delete_trial(number_id: int, trial_id: int) -> None:
    """Nothing is checked by it any more. Raises Refusal("trial_unknown")."""
    with transaction():
        flow = _locked_flow(number_id)
        trial = _trial(flow, trial_id)
        session.delete(trial)
        audit.record("trial_call.delete", flow.incoming_number.number, before={"name": trial.name})


def accept_trial(number_id: int, trial_id: int, *, revision: int) -> None:
    """From now on it has to go as it goes on the draft of that revision.

    Raises Refusal("draft_conflict") when the draft was saved again since the user looked at it,
    Refusal("trial_unknown").
    """
    with transaction():
        flow = _locked_draft(number_id, revision)
        _accept(_trial(flow, trial_id), flow)


def accept_all(number_id: int, *, revision: int) -> None:
    """As `accept_trial`, with every trial call of the flow."""
    with transaction():
        flow = _locked_draft(number_id, revision)
        for trial in trial_call.of_flow(flow.id):
            _accept(trial, flow)


def _accept(trial: TrialCall, flow: Flow) -> None:
    changed = differences(trial, flow.draft_content)
    if not changed:
        return
    result = trial_calls.play(flow.draft_content, TrialScript.from_json(trial.script))
    trial.expected, trial.saved_at = result.to_json(), clock.now()
    audit.record(
        "trial_call.accept",
        flow.incoming_number.number,
        before={"name": trial.name, **{part: old for part, (old, _) in changed.items()}},
        after={"name": trial.name, **{part: new for part, (_, new) in changed.items()}},
    )


def _locked_draft(number_id: int, revision: int) -> Flow:
    flow = _locked_flow(number_id)
    if flow.draft_revision != revision:
        raise Refusal("draft_conflict")
    return flow


def _locked_flow(number_id: int) -> Flow:
    flow = flow_table.lock_live_flow(number_id)
    if flow is None:
        raise Refusal("flow_unknown")
    return flow


def _trial(flow: Flow, trial_id: int) -> TrialCall:
    trial = trial_call.by_id(flow.id, trial_id)
    if trial is None:
        raise Refusal("trial_unknown")
    return trial


def _tidy_name(name: str) -> str:
    """Raises Refusal("trial_name_missing"), Refusal("trial_name_too_long")."""
    tidy = one_line(name)
    if not tidy:
        raise Refusal("trial_name_missing")
    if len(tidy) > MAX_NAME_CHARACTERS:
        raise Refusal("trial_name_too_long", longest=MAX_NAME_CHARACTERS)
    return tidy
