"""What still needs a number, so that nobody takes it away under a caller's feet."""

from __future__ import annotations

from sqlalchemy import select

from app.models.call import Call
from app.models.call_count import CallCount
from app.models.database import session
from app.models.flow import Flow
from app.models.flow_version import FlowVersion
from app.models.publication_plan import OPEN, PublicationPlan


def is_used(number_id: int) -> bool:
    """Whether an incoming number has, or had, a flow or calls, deleted ones too."""
    of_number = (
        select(table.incoming_number_id).where(table.incoming_number_id == number_id).limit(1)
        for table in (Flow, Call, CallCount)
    )
    return any(session.scalar(statement) is not None for statement in of_number)


def senders_in_use(account_id: int) -> set[str]:
    """The sender numbers (national digits) in the drafts, published versions and planned
    publications of an account's flows."""
    rows = session.execute(
        select(Flow.draft, FlowVersion.content)
        .outerjoin(FlowVersion, FlowVersion.id == Flow.published_version_id)
        .where(Flow.account_id == account_id, Flow.deleted_at.is_(None))
    )
    planned = session.scalars(
        select(FlowVersion.content)
        .join(PublicationPlan, PublicationPlan.version_id == FlowVersion.id)
        .where(PublicationPlan.account_id == account_id, PublicationPlan.state.in_(OPEN))
    )
    contents = [content for row in rows for content in row if content] + list(planned)
    return {content["sms"]["sender"] for content in contents if content.get("sms")}
