"""短縮URL: one link minted for one message."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.domain import short_codes
from app.models.database import Base, session
from app.models.tenant_scope import TenantMixin


class ShortUrl(TenantMixin, Base):
    __tablename__ = "short_url"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"), index=True)
    target: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


def target_of(code: str) -> str | None:
    return session.scalar(select(ShortUrl.target).where(ShortUrl.code == code))


def unused_code() -> str:
    """A new code that no link has yet."""
    while target_of(code := short_codes.new_code()) is not None:
        pass
    return code
