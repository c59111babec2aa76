"""予約公開: a version that begins, and may end, by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Enum, ForeignKey, Index, String, and_, or_, select, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app import clock
from app.domain.publication_rules import Period
from app.models.database import Base, session
from app.models.flow import Flow
from app.models.flow_version import FlowVersion
from app.models.tenant_scope import TenantMixin
from app.models.user import User


class PlanState(StrEnum):
    """RUNNING: callers hear it, and its end is still to come."""

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

    @property
    def period(self) -> Period:
        return Period(self.starts_at, self.ends_at)


OPEN = (PlanState.WAITING, PlanState.RUNNING)


def open_plans(flow_id: int) -> Sequence[PublicationPlan]:
    """Plans of a flow that wait or run, the next first."""
    return session.scalars(
        select(PublicationPlan)
        .where(PublicationPlan.flow_id == flow_id, PublicationPlan.state.in_(OPEN))
        .options(joinedload(PublicationPlan.version), joinedload(PublicationPlan.created_by))
        .order_by(PublicationPlan.starts_at)
    ).all()


def by_id(plan_id: int) -> PublicationPlan | None:
    return session.scalar(
        select(PublicationPlan)
        .where(PublicationPlan.id == plan_id)
        .options(joinedload(PublicationPlan.flow))
    )


def due(now: datetime) -> Sequence[PublicationPlan]:
    """Plans whose beginning or end has come, in the order of time; an end stands before what begins
    in the same minute."""
    plans = session.scalars(
        select(PublicationPlan).where(
            or_(
                and_(PublicationPlan.state == PlanState.WAITING, PublicationPlan.starts_at <= now),
                and_(PublicationPlan.state == PlanState.RUNNING, PublicationPlan.ends_at <= now),
            )
        )
    ).all()
    return sorted(plans, key=_turn)


def claim(plan_id: int, before: PlanState, after: PlanState) -> bool:
    """Move a plan on, for exactly one of those who try."""
    claimed = session.execute(
        update(PublicationPlan)
        .where(PublicationPlan.id == plan_id, PublicationPlan.state == before)
        .values(state=after)
        .execution_options(synchronize_session=False)
    )
    return bool(claimed.rowcount)  # type: ignore[attr-defined]


def cancel_open(flow_id: int) -> None:
    session.execute(
        update(PublicationPlan)
        .where(PublicationPlan.flow_id == flow_id, PublicationPlan.state.in_(OPEN))
        .values(state=PlanState.CANCELLED)
        .execution_options(synchronize_session=False)
    )


def _turn(plan: PublicationPlan) -> tuple[datetime, bool, int]:
    begins = plan.state is PlanState.WAITING
    return (plan.starts_at if begins or plan.ends_at is None else plan.ends_at, begins, plan.id)
