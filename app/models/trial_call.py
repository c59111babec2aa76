"""保存したテスト発信: a call that must go as it did when it was saved, or nothing is published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.database import Base, session
from app.models.json_document import JsonDocument
from app.models.tenant_scope import TenantMixin


class TrialCall(TenantMixin, Base):
    """`script` is who calls and what is keyed in, `expected` what is heard and sent (shapes:
    app.domain.trial_calls)."""

    __tablename__ = "trial_call"
    __table_args__ = (Index(None, "flow_id"), Index(None, "account_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    flow_id: Mapped[int] = mapped_column(ForeignKey("flow.id"))
    name: Mapped[str] = mapped_column(String(100))
    script: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    expected: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)


def of_flow(flow_id: int) -> Sequence[TrialCall]:
    """In the order they were saved."""
    return session.scalars(
        select(TrialCall).where(TrialCall.flow_id == flow_id).order_by(TrialCall.id)
    ).all()


def by_id(flow_id: int, trial_id: int) -> TrialCall | None:
    return session.scalar(
        select(TrialCall).where(TrialCall.flow_id == flow_id, TrialCall.id == trial_id)
    )
