"""短縮URL: one link minted for one message."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.database import Base, insert_ignoring, session
from app.models.tenant_scope import TenantMixin


class ShortUrl(TenantMixin, Base):
    __tablename__ = "short_url"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"), index=True)
    target: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


@dataclass(frozen=True)
class Link:
    """Where a code leads, whose it is, and since when."""

    target: str
    account_id: int
    created_at: datetime


def link_of(code: str) -> Link | None:
    found = session.execute(
        select(ShortUrl.target, ShortUrl.account_id, ShortUrl.created_at).where(
            ShortUrl.code == code
        )
    ).one_or_none()
    return Link(*found) if found else None


def add_if_new(account_id: int, message_id: uuid.UUID, codes: Mapping[str, str]) -> set[str]:
    """Store each URL of `codes` under its code; returns the URLs whose code nobody had.

    Of two that draw the same code at once, the primary key lets one in.
    """
    rows = [
        {
            "code": code,
            "account_id": account_id,
            "message_id": message_id,
            "target": url,
            "created_at": clock.now(),
        }
        for url, code in codes.items()
    ]
    return set(insert_ignoring(ShortUrl, rows, ShortUrl.target))
