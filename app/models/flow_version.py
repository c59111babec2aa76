"""A published version of a flow: frozen, never changed after it is written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, joinedload, load_only, mapped_column, relationship

from app import clock
from app.domain.flow_content import FlowContent
from app.models.database import Base, session
from app.models.json_document import JsonDocument
from app.models.tenant_scope import TenantMixin
from app.models.user import User


class FlowVersion(TenantMixin, Base):
    """`number` counts 1, 2, 3… within a flow; `audio` maps each slot ("1"–"6") to the hash of what
    callers hear, `spoken` those without one to the text that Plivo's voice says."""

    __tablename__ = "flow_version"
    __table_args__ = (UniqueConstraint("flow_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    flow_id: Mapped[int] = mapped_column(ForeignKey("flow.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    audio: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    spoken: Mapped[dict[str, str]] = mapped_column(JsonDocument, default=dict)
    published_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("company_user.id"))
    published_by: Mapped[User | None] = relationship()

    @property
    def flow_content(self) -> FlowContent:
        return FlowContent.from_json(self.content)


def next_number(flow_id: int) -> int:
    last = session.scalar(
        select(func.max(FlowVersion.number)).where(FlowVersion.flow_id == flow_id)
    )
    return (last or 0) + 1


def by_number(flow_id: int, number: int) -> FlowVersion | None:
    return session.scalar(
        select(FlowVersion).where(FlowVersion.flow_id == flow_id, FlowVersion.number == number)
    )


def by_id(version_id: int) -> FlowVersion | None:
    return session.scalar(
        select(FlowVersion)
        .where(FlowVersion.id == version_id)
        .options(joinedload(FlowVersion.published_by))
    )


def by_ids(version_ids: Collection[int]) -> Sequence[FlowVersion]:
    """Those of the account in scope, without what they say."""
    return session.scalars(
        select(FlowVersion)
        .where(FlowVersion.id.in_(version_ids))
        .options(load_only(FlowVersion.number, FlowVersion.published_at))
    ).all()
