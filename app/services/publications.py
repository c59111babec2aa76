"""What callers of a number get: publish, stop, return to an older version, bring back a deleted
flow. Inside the account in scope."""

from __future__ import annotations

from app import clock
from app.domain.content_changes import changed_parts
from app.domain.flow_content import ContentRefused, check_content
from app.domain.publication_rules import check_comment
from app.domain.refusals import Refusal
from app.models import flow as flow_table
from app.models import flow_version, incoming_number, sender_number
from app.models.database import session, transaction
from app.models.flow import Flow
from app.models.flow_event import FlowAction
from app.models.flow_version import FlowVersion
from app.services import audit
from app.services.guidance_rendering import Speech
from app.services.version_writing import (
    locked_draft,
    locked_flow,
    put_in_place,
    render_draft,
    write_version,
)


def publish_flow(
    number_id: int, *, revision: int, user_id: int, speech: Speech, comment: str = ""
) -> int:
    """Freeze the saved draft as the version that the next caller hears; returns the version's
    number.

    Raises Refusal("draft_conflict") when the draft is not the one the user looked at, and what
    `render_draft` and `check_comment` do.
    """
    check_comment(comment)
    draft = render_draft(number_id, revision, speech)
    with transaction():
        flow = locked_draft(number_id, revision)
        version = write_version(flow, draft, user_id)
        put_in_place(flow, version, FlowAction.PUBLISHED, user_id=user_id, comment=comment)
        return version.number


def stop_publication(number_id: int, *, user_id: int) -> None:
    """The next caller hears the notice; flow, draft and versions stay.

    Raises Refusal("flow_unknown"), Refusal("flow_not_published").
    """
    with transaction():
        flow = locked_flow(number_id)
        if flow.published_version_id is None:
            raise Refusal("flow_not_published")
        put_in_place(flow, None, FlowAction.STOPPED, user_id=user_id)


def return_to_version(number_id: int, version_id: int, *, user_id: int) -> int:
    """The next caller hears this older version of the number's flow again, as it was frozen. The
    draft stays as it is. Returns the version's number.

    Raises Refusal("version_unknown"), Refusal("version_is_live"), and ContentRefused where it
    breaks today's rules (its sender number was taken back).
    """
    with transaction():
        flow = locked_flow(number_id)
        version = _version_of(flow, version_id)
        if version.id == flow.published_version_id:
            raise Refusal("version_is_live")
        check_content(version.flow_content, sender_number.digits_of_account())
        put_in_place(flow, version, FlowAction.RETURNED, user_id=user_id)
        return version.number


def load_into_draft(number_id: int, version_id: int, *, revision: int, user_id: int) -> None:
    """The draft becomes what this version says; callers notice nothing.

    Raises Refusal("draft_conflict") when the draft is not the one the user looked at,
    Refusal("version_unknown").
    """
    with transaction():
        flow = locked_draft(number_id, revision)
        version = _version_of(flow, version_id)
        before, after = changed_parts(flow.draft, version.content)
        flow.draft = version.content
        flow.draft_revision = flow_table.next_revision(number_id)
        flow.draft_saved_at = clock.now()
        flow.draft_saved_by_id = user_id
        audit.record(
            "flow.load",
            flow.incoming_number.number,
            before=before,
            after=after | {"version": version.number},
        )


def restore_flow(number_id: int, flow_id: int, *, user_id: int) -> bool:
    """Bring back a deleted flow with draft and history; True when callers hear it again.

    They do if they heard it when it was deleted and it still keeps the rules; otherwise it comes
    back as a draft. Raises Refusal("flow_unknown"), and Refusal("flow_in_the_way") while the number
    has another flow.
    """
    with transaction():
        incoming_number.lock(number_id)
        in_the_way = flow_table.lock_live_flow(number_id)
        flow = flow_table.lock_flow(flow_id)
        if flow is None or flow.incoming_number_id != number_id or flow.deleted_at is None:
            raise Refusal("flow_unknown")
        if in_the_way is not None:
            raise Refusal("flow_in_the_way")
        version = flow.published_version if _keeps_rules(flow.published_version) else None
        flow.deleted_at = None
        session.flush()
        put_in_place(flow, version, FlowAction.RESTORED, user_id=user_id)
        return version is not None


def _keeps_rules(version: FlowVersion | None) -> bool:
    if version is None:
        return False
    try:
        check_content(version.flow_content, sender_number.digits_of_account())
    except ContentRefused:
        return False
    return True


def _version_of(flow: Flow, version_id: int) -> FlowVersion:
    version = flow_version.by_id(version_id)
    if version is None or version.flow_id != flow.id:
        raise Refusal("version_unknown")
    return version
