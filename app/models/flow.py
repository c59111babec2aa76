"""フロー: what a number does. The draft stands here, what callers hear stands in the published
version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, func, select, text
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app import clock
from app.domain.flow_content import FlowContent
from app.models.database import Base, session
from app.models.flow_version import FlowVersion
from app.models.incoming_number import IncomingNumber
from app.models.json_document import JsonDocument
from app.models.tenant_scope import TenantMixin

LIVE = text("deleted_at IS NULL")


class Flow(TenantMixin, Base):
    """`draft_revision` counts saved drafts: 0 means none was saved yet. `published_at` is when
    callers began to get what they get now. A deleted flow stays, for its history."""

    __tablename__ = "flow"
    __table_args__ = (
        Index(None, "account_id"),
        Index(
            "uq_flow_one_live_per_number",
            "incoming_number_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incoming_number_id: Mapped[int] = mapped_column(ForeignKey("incoming_number.id"))
    draft: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    draft_revision: Mapped[int] = mapped_column(default=0)
    draft_saved_at: Mapped[datetime | None]
    draft_saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("company_user.id"))
    published_version_id: Mapped[int | None] = mapped_column(
        ForeignKey(
            "flow_version.id", use_alter=True, name="fk_flow_published_version_id_flow_version"
        )
    )
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    deleted_at: Mapped[datetime | None]
    incoming_number: Mapped[IncomingNumber] = relationship()
    published_version: Mapped[FlowVersion | None] = relationship(
        foreign_keys=[published_version_id]
    )

    @property
    def draft_content(self) -> FlowContent:
        return FlowContent.from_json(self.draft)

    @property
    def has_unpublished_changes(self) -> bool:
        """Whether callers hear something else than the draft says. False before the first
        publication."""
        return self.published_version is not None and self.published_version.content != self.draft


@dataclass(frozen=True)
class Destination:
    """Where a call arrives; `version` is what callers hear, None where nothing is published."""

    number_id: int
    account_id: int
    version: FlowVersion | None


def destination_of(e164: str) -> Destination | None:
    """The number that was called, and its live flow's published version; None for a number we do
    not have."""
    found = session.execute(
        select(IncomingNumber.id, IncomingNumber.account_id, FlowVersion)
        .outerjoin(Flow, (Flow.incoming_number_id == IncomingNumber.id) & Flow.deleted_at.is_(None))
        .outerjoin(FlowVersion, FlowVersion.id == Flow.published_version_id)
        .where(IncomingNumber.number == e164)
    ).one_or_none()
    return Destination(*found) if found else None


def live_flow(number_id: int) -> Flow | None:
    """The one flow of a number that is not deleted, with its published version loaded."""
    return session.scalar(
        select(Flow)
        .where(Flow.incoming_number_id == number_id, Flow.deleted_at.is_(None))
        .options(joinedload(Flow.published_version))
    )


def next_revision(number_id: int) -> int:
    """One that no draft of the number had: what shows a deleted flow fits no later one."""
    had = session.scalar(
        select(func.max(Flow.draft_revision)).where(Flow.incoming_number_id == number_id)
    )
    return (had or 0) + 1


def by_id(flow_id: int) -> Flow | None:
    """A flow, deleted or not, with its published version loaded."""
    return session.scalar(
        select(Flow).where(Flow.id == flow_id).options(joinedload(Flow.published_version))
    )


def lock_flow(flow_id: int) -> Flow | None:
    """A flow, deleted or not, locked until the transaction ends, as it is once the lock is got."""
    return session.scalar(
        select(Flow)
        .where(Flow.id == flow_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def deleted_flows(number_id: int, limit: int) -> Sequence[Flow]:
    """What a number had before, the last deleted first."""
    return session.scalars(
        select(Flow)
        .where(Flow.incoming_number_id == number_id, Flow.deleted_at.is_not(None))
        .options(joinedload(Flow.published_version))
        .order_by(Flow.deleted_at.desc(), Flow.id.desc())
        .limit(limit)
    ).all()


def lock_live_flow(number_id: int) -> Flow | None:
    """As `live_flow`, locked until the transaction ends, so that two writers go one after the
    other."""
    return session.scalar(
        select(Flow)
        .where(Flow.incoming_number_id == number_id, Flow.deleted_at.is_(None))
        .with_for_update()
    )
