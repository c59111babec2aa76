"""Freezing a draft as a version and putting a version in place, inside the account in scope: what
publishing by hand and publishing by plan share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app import clock
from app.domain.content_changes import changed_parts
from app.domain.flow_content import FlowContent, check_content
from app.domain.refusals import Refusal
from app.models import flow as flow_table
from app.models import flow_version, sender_number
from app.models.database import session, transaction
from app.models.flow import Flow
from app.models.flow_event import FlowAction, FlowEvent
from app.models.flow_version import FlowVersion
from app.services import audit, trial_calls
from app.services.guidance_rendering import Speech, render_guidances

AUDITED: Mapping[FlowAction, str] = {
    FlowAction.PUBLISHED: "flow.publish",
    FlowAction.RETURNED: "flow.return",
    FlowAction.STOPPED: "flow.stop",
    FlowAction.RESTORED: "flow.restore",
    FlowAction.PLAN_BEGAN: "plan.begin",
    FlowAction.PLAN_ENDED: "plan.end",
}


@dataclass(frozen=True)
class RenderedDraft:
    """A draft that may be published; `audio` and `spoken` as in `FlowVersion`."""

    content: FlowContent
    audio: Mapping[str, str]
    spoken: Mapping[str, str]


def locked_flow(number_id: int) -> Flow:
    """Inside a transaction: the number's flow. Raises Refusal("flow_unknown")."""
    flow = flow_table.lock_live_flow(number_id)
    if flow is None:
        raise Refusal("flow_unknown")
    return flow


def locked_draft(number_id: int, revision: int) -> Flow:
    """As `locked_flow`. Raises Refusal("draft_conflict") when somebody saved the draft since."""
    flow = locked_flow(number_id)
    if flow.draft_revision != revision:
        raise Refusal("draft_conflict")
    return flow


def check_publishable(flow: Flow, content: FlowContent) -> None:
    """Raises Refusal("draft_incomplete"), ContentRefused, Refusal("trial_calls_failed")."""
    if content.missing():
        raise Refusal("draft_incomplete", missing=content.missing())
    check_content(content, sender_number.digits_of_account())
    if failed := trial_calls.failing(flow, content):
        raise Refusal("trial_calls_failed", failed=failed)


def render_draft(number_id: int, revision: int, speech: Speech) -> RenderedDraft:
    """Check the draft and render its speech, with no transaction open meanwhile.

    Raises what `locked_draft` and `check_publishable` do, and ContentRefused for what cannot be
    heard.
    """
    with transaction():
        flow = locked_draft(number_id, revision)
        content = flow.draft_content
        check_publishable(flow, content)
    heard = render_guidances(content.spoken_texts(), speech)
    files = {slot.value: file.audio_hash for slot, file in content.files().items()}
    return RenderedDraft(content, heard.audio | files, heard.spoken)


def write_version(flow: Flow, draft: RenderedDraft, user_id: int) -> FlowVersion:
    """Inside a transaction with the flow locked: the draft, frozen under the next number."""
    version = FlowVersion(
        account_id=flow.account_id,
        flow_id=flow.id,
        number=flow_version.next_number(flow.id),
        content=draft.content.to_json(),
        audio=dict(draft.audio),
        spoken=dict(draft.spoken),
        published_by_id=user_id,
    )
    session.add(version)
    session.flush()
    return version


def put_in_place(
    flow: Flow,
    version: FlowVersion | None,
    action: FlowAction,
    *,
    user_id: int | None,
    comment: str = "",
) -> None:
    """Inside a transaction with the flow locked: the next caller gets this version, or the notice
    that nothing is there."""
    replaced = flow.published_version
    before: dict[str, Any] = {"version": replaced.number if replaced else None}
    after: dict[str, Any] = {"version": version.number if version else None}
    if version:
        old, new = changed_parts(replaced.content if replaced else None, version.content)
        before, after = old | before, new | after
    if comment:
        after["comment"] = comment
    audit.record(AUDITED[action], flow.incoming_number.number, before=before, after=after)
    flow.published_version_id = version.id if version else None
    flow.published_at = clock.now() if version else None
    note(flow, action, version, user_id=user_id, comment=comment)


def note(
    flow: Flow,
    action: FlowAction,
    version: FlowVersion | None,
    *,
    user_id: int | None,
    comment: str = "",
) -> None:
    """Inside a transaction: a line in the flow's history."""
    session.add(
        FlowEvent(
            account_id=flow.account_id,
            flow_id=flow.id,
            action=action,
            version_id=version.id if version else None,
            comment=comment,
            user_id=user_id,
        )
    )
