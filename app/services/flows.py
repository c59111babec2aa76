"""Registering, saving, publishing and deleting flows, inside the account in scope."""

from __future__ import annotations

from app import clock
from app.domain.content_changes import changed_parts
from app.domain.flow_content import FlowContent, check_content, sample_content
from app.domain.refusals import Refusal
from app.models import flow as flow_table
from app.models import flow_version, incoming_number, sender_number
from app.models.database import insert_if_new, session, transaction
from app.models.flow import Flow
from app.models.flow_version import FlowVersion
from app.services import audit
from app.services.guidance_rendering import Speech, render_guidances


def register_flow(number_id: int) -> None:
    """Give the number a flow with the sample guidances; one that it has already stays as it is.

    Raises Refusal("number_unknown") for a number outside the account.
    """
    with transaction():
        number = incoming_number.by_id(number_id)
        if number is None:
            raise Refusal("number_unknown")
        registered = insert_if_new(
            Flow,
            account_id=number.account_id,
            incoming_number_id=number.id,
            draft=sample_content().to_json(),
            draft_revision=0,
            created_at=clock.now(),
        )
        if registered:
            audit.record("flow.register", number.number)


def save_draft(number_id: int, content: FlowContent, *, revision: int, user_id: int) -> int:
    """Store the draft and return its new revision.

    `revision` is the one the editor was opened with. Raises Refusal("draft_conflict") when somebody
    saved since, ContentRefused for broken rules, Refusal("flow_unknown") when there is no flow (any
    more).
    """
    with transaction():
        flow = _locked_flow(number_id, revision)
        check_content(content, sender_number.digits_of_account())
        before, after = changed_parts(flow.draft, content.to_json())
        flow.draft = content.to_json()
        flow.draft_revision += 1
        flow.draft_saved_at = clock.now()
        flow.draft_saved_by_id = user_id
        audit.record("flow.save", flow.incoming_number.number, before=before, after=after)
        return flow.draft_revision


def publish_flow(number_id: int, *, revision: int, user_id: int, speech: Speech) -> int:
    """Freeze the saved draft as the version that the next caller hears; returns the version's
    number.

    Raises Refusal("draft_conflict") when the draft is not the one the user looked at,
    Refusal("draft_incomplete") while something is missing, and as `save_draft`.
    """
    with transaction():
        content = _locked_flow(number_id, revision).draft_content
        if content.missing():
            raise Refusal("draft_incomplete", missing=content.missing())
        check_content(content, sender_number.digits_of_account())
    audio = render_guidances(content.spoken_texts(), speech) | {
        slot.value: file.audio_hash for slot, file in content.files().items()
    }
    with transaction():
        flow = _locked_flow(number_id, revision)
        version = FlowVersion(
            account_id=flow.account_id,
            flow_id=flow.id,
            number=flow_version.next_number(flow.id),
            content=content.to_json(),
            audio=audio,
            published_by_id=user_id,
        )
        session.add(version)
        session.flush()
        replaced = flow.published_version
        before, after = changed_parts(replaced.content if replaced else None, version.content)
        audit.record(
            "flow.publish",
            flow.incoming_number.number,
            before=before | {"version": replaced and replaced.number},
            after=after | {"version": version.number},
        )
        flow.published_version_id = version.id
        return version.number


def delete_flow(number_id: int) -> None:
    """Take the flow off its number: the next caller hears the notice, the flow and its versions
    stay in the history."""
    with transaction():
        flow = flow_table.lock_live_flow(number_id)
        if flow is None:
            raise Refusal("flow_unknown")
        version = flow.published_version
        flow.deleted_at = clock.now()
        audit.record(
            "flow.delete",
            flow.incoming_number.number,
            before={"version": version and version.number},
            after={"version": None},
        )


def _locked_flow(number_id: int, revision: int) -> Flow:
    flow = flow_table.lock_live_flow(number_id)
    if flow is None:
        raise Refusal("flow_unknown")
    if flow.draft_revision != revision:
        raise Refusal("draft_conflict")
    return flow
