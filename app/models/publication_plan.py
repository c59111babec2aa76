"""予約公開: a version that begins, and may end, by itself."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Enum, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.models.database import Base
from app.models.flow import Flow
from app.models.flow_version import FlowVersion
from app.models.tenant_scope import TenantMixin
from app.models.user import User


class PlanState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"
    FAILED = "failed"


class PublicationPlan(TenantMixin, Base):
    """`version` is frozen when it is planned. Without `ends_at` it stays; otherwise `returns_to`,
    what callers had before it began (None: nothing), comes back."""

    __tablename__ = "publication_plan"
    __table_args__ = (
        Index(None, "flow_id"),
        Index(None, "account_id"),
        Index(None, "state", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    flow_id: Mapped[int] = mapped_column(ForeignKey("flow.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("flow_version.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    state: Mapped[PlanState] = mapped_column(
        Enum(
            PlanState,
            native_enum=False,
            length=20,
            values_callable=lambda states: [s.value for s in states],
        ),
        default=PlanState.WAITING,
    )
    returns_to_id: Mapped[int | None] = mapped_column(ForeignKey("flow_version.id"))
    comment: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("company_user.id"))
    flow: Mapped[Flow] = relationship()
    version: Mapped[FlowVersion] = relationship(foreign_keys=[version_id])
    returns_to: Mapped[FlowVersion | None] = relationship(foreign_keys=[returns_to_id])
    created_by: Mapped[User] = relationship()
