"""Registering, saving and deleting flows, inside the account in scope."""

from __future__ import annotations

from app import clock
from app.domain.content_changes import changed_parts
from app.domain.flow_content import FlowContent, check_content, sample_content
from app.domain.refusals import Refusal
from app.models import flow as flow_table
from app.models import incoming_number, publication_plan, sender_number
from app.models.database import insert_if_new, transaction
from app.models.flow import Flow
from app.models.flow_event import FlowAction
from app.services import audit
from app.services.version_writing import locked_draft, locked_flow, note


def register_flow(number_id: int) -> None:
    """Give the number a flow with the sample guidances; one that it has already stays as it is.

    Raises Refusal("number_unknown") for a number outside the account.
    """
    with transaction():
        number = incoming_number.lock(number_id)
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
        flow = locked_draft(number_id, revision)
        check_content(content, sender_number.digits_of_account())
        before, after = changed_parts(flow.draft, content.to_json())
        flow.draft = content.to_json()
        flow.draft_revision = flow_table.next_revision(number_id)
        flow.draft_saved_at = clock.now()
        flow.draft_saved_by_id = user_id
        audit.record("flow.save", flow.incoming_number.number, before=before, after=after)
        return flow.draft_revision


def delete_flow(number_id: int, *, user_id: int, may_publish: bool) -> None:
    """Take the flow off its number, with its plans: the next caller hears the notice, the flow and
    its versions stay in the history.

    Raises Refusal("flow_unknown"), and Refusal("published_flow_protected") where callers hear it
    and the account lets only those delete it who may publish.
    """
    with transaction():
        flow = locked_flow(number_id)
        version = flow.published_version
        if version and not may_publish and not flow.account.may_members_delete_published:
            raise Refusal("published_flow_protected")
        flow.deleted_at = clock.now()
        publication_plan.cancel_open(flow.id)
        note(flow, FlowAction.DELETED, None, user_id=user_id)
        audit.record(
            "flow.delete",
            flow.incoming_number.number,
            before={"version": version and version.number},
            after={"version": None},
        )
