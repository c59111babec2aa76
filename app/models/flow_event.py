"""履歴: what callers of a number were given and when, who did it and why."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Enum, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.models.database import Base
from app.models.flow_version import FlowVersion
from app.models.tenant_scope import TenantMixin
from app.models.user import User


class FlowAction(StrEnum):
    """RETURNED: an older version was put in place again. PLAN_BEGAN and PLAN_ENDED are the
    schedule's doing."""

    PUBLISHED = "published"
    RETURNED = "returned"
    STOPPED = "stopped"
    DELETED = "deleted"
    RESTORED = "restored"
    PLAN_BEGAN = "plan_began"
    PLAN_ENDED = "plan_ended"
    PLAN_FAILED = "plan_failed"


class FlowEvent(TenantMixin, Base):
    """`version` is what callers get from then on; None: the notice that nothing is there."""

    __tablename__ = "flow_event"
    __table_args__ = (Index(None, "flow_id", "id"), Index(None, "account_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    flow_id: Mapped[int] = mapped_column(ForeignKey("flow.id"))
    action: Mapped[FlowAction] = mapped_column(
        Enum(
            FlowAction,
            native_enum=False,
            length=20,
            values_callable=lambda actions: [a.value for a in actions],
        )
    )
    version_id: Mapped[int | None] = mapped_column(ForeignKey("flow_version.id"))
    comment: Mapped[str] = mapped_column(String(200), default="")
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("company_user.id"))
    version: Mapped[FlowVersion | None] = relationship()
    user: Mapped[User | None] = relationship()
