"""監査ログ: who did what, when, from where. Written once, never changed."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Engine, ForeignKey, Index, Integer, String, event
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.database import Base
from app.models.json_document import JsonDocument


class AuditEntry(Base):
    """`action` is verb-like, such as "sign_in" or "flow.publish"; `subject` names what it was done
    to.

    `before` and `after` hold the changed fields only, never a password. The actor's mail address is
    kept as it was; `actor_id` None means nobody signed in, or the system itself.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_company_id_at", "company_id", "at"),
        Index("ix_audit_entry_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("company_user.id"))
    actor: Mapped[str] = mapped_column(String(254))
    address: Mapped[str] = mapped_column(String(45))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(300))
    before: Mapped[dict[str, Any] | None] = mapped_column(JsonDocument)
    after: Mapped[dict[str, Any] | None] = mapped_column(JsonDocument)


class AuditTrailIsAppendOnly(RuntimeError):
    """Somebody tried to change or delete an entry."""


_CHANGES = re.compile(r'\s*(?:UPDATE|DELETE\s+FROM)\s+"?audit_entry\b', re.IGNORECASE)


@event.listens_for(Engine, "before_cursor_execute")
def _refuse(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    """On the way to the driver, where rows, bulk updates and Core statements all come by."""
    if _CHANGES.match(statement):
        raise AuditTrailIsAppendOnly
