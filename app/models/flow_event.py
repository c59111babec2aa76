"""履歴: what callers of a number were given and when, who did it and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Enum, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app import clock
from app.models.database import Base, session
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


KEPT_NEWER = "kept_newer"


class FlowEvent(TenantMixin, Base):
    """`version` is what callers get from then on; None: the notice that nothing is there.

    `comment` is the user's, except where the schedule acted: PLAN_FAILED tells why with the code of
    a refusal, PLAN_ENDED says KEPT_NEWER when somebody had put another version in place meanwhile.
    """

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


def of_flows(flow_ids: Collection[int], *, offset: int, limit: int) -> Sequence[FlowEvent]:
    """What happened to these flows, the newest first."""
    return session.scalars(
        select(FlowEvent)
        .where(FlowEvent.flow_id.in_(flow_ids))
        .options(joinedload(FlowEvent.version), joinedload(FlowEvent.user))
        .order_by(FlowEvent.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()


def count_of_flow(flow_id: int) -> int:
    return session.scalar(select(func.count(FlowEvent.id)).where(FlowEvent.flow_id == flow_id)) or 0


def last_change(flow_id: int) -> FlowEvent | None:
    """What last decided what callers of a flow get."""
    return session.scalar(
        select(FlowEvent)
        .where(FlowEvent.flow_id == flow_id, FlowEvent.action != FlowAction.PLAN_FAILED)
        .order_by(FlowEvent.id.desc())
        .limit(1)
    )
