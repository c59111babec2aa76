"""着信: one call that reached us, from the first webhook to the hang-up."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Enum, ForeignKey, Index, String, Uuid, select
from sqlalchemy.orm import (
    Mapped,
    joinedload,
    make_transient_to_detached,
    mapped_column,
    relationship,
)
from sqlalchemy.orm.attributes import set_committed_value

from app import clock
from app.domain.call_flow import CallProgress, CallState
from app.models.database import Base, insert_if_new, new_id, partial_index, session
from app.models.flow import Destination
from app.models.flow_version import FlowVersion
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import TenantMixin

KEYED = "attempt > 0 AND recipient IS NOT NULL"
RARE = "state IN ('no_flow', 'limited', 'suppressed')"


class Call(TenantMixin, Base):
    """Numbers are E.164; `caller` is None when withheld. A call to a number we do not know belongs
    to no account."""

    __tablename__ = "call"
    __table_args__ = (
        Index("ix_call_started_at_id", "started_at", "id"),
        Index("ix_call_incoming_number_id_started_at", "incoming_number_id", "started_at", "id"),
        Index("ix_call_caller_started_at", "caller", "started_at", "id"),
        partial_index("ix_call_keyed_recipient", KEYED, "recipient", "started_at", "id"),
        partial_index("ix_call_rare_state", RARE, "state", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # type: ignore[assignment]
    incoming_number_id: Mapped[int | None] = mapped_column(ForeignKey("incoming_number.id"))
    flow_version_id: Mapped[int | None] = mapped_column(ForeignKey("flow_version.id"))
    provider_call_id: Mapped[str] = mapped_column(String(64), unique=True)
    caller: Mapped[str | None] = mapped_column(String(20))
    called: Mapped[str] = mapped_column(String(20))
    state: Mapped[CallState] = mapped_column(
        Enum(
            CallState,
            native_enum=False,
            length=20,
            values_callable=lambda states: [s.value for s in states],
        )
    )
    attempt: Mapped[int]
    recipient: Mapped[str | None] = mapped_column(String(20))
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    flow_version: Mapped[FlowVersion | None] = relationship()
    incoming_number: Mapped[IncomingNumber | None] = relationship()

    @property
    def progress(self) -> CallProgress:
        return CallProgress(
            self.state, self.attempt, self.recipient, ended=self.ended_at is not None
        )


def lock(provider_call_id: str) -> Call | None:
    """The call, locked until the transaction ends: webhooks of one call go one after the other."""
    return session.scalar(
        select(Call)
        .where(Call.provider_call_id == provider_call_id)
        .options(joinedload(Call.flow_version))
        .with_for_update(of=Call)
    )


def begun_now(
    provider_call_id: str, caller: str | None, called: str, progress: CallProgress
) -> dict[str, Any]:
    """How a call begins, by its columns, but for where it leads."""
    return {
        "id": new_id(),
        "provider_call_id": provider_call_id,
        "caller": caller,
        "called": called,
        "state": progress.state,
        "attempt": progress.attempt,
        "recipient": progress.recipient,
        "started_at": clock.now(),
    }


def start(
    *,
    provider_call_id: str,
    caller: str | None,
    called: str,
    destination: Destination | None,
    progress: CallProgress,
) -> Call | None:
    """The new call, locked; None when the webhook is not the first to tell of it (of several at
    once, only one gets the call)."""
    version = destination.version if destination else None
    values = begun_now(provider_call_id, caller, called, progress) | {
        "account_id": destination.account_id if destination else None,
        "incoming_number_id": destination.number_id if destination else None,
        "flow_version_id": version.id if version else None,
        "ended_at": None,
    }
    if not insert_if_new(Call, **values):
        return None
    call = Call(**values)
    make_transient_to_detached(call)  # it is there as it is here: no need to read it
    session.add(call)
    set_committed_value(call, "flow_version", version)
    return call
