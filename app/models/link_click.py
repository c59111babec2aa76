"""開封: every time somebody, or some program, followed a short URL."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Uuid, func, insert, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.models.database import Base, new_id, session
from app.models.message import Message
from app.models.short_url import ShortUrl
from app.models.tenant_scope import TenantMixin

MAX_USER_AGENT = 200


class LinkClick(TenantMixin, Base):
    """`is_bot`: a crawler or the preview of a messenger, no person. `address_hash` tells visitors
    apart and leads back to no address."""

    __tablename__ = "link_click"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(ForeignKey("short_url.code"), index=True)
    at: Mapped[datetime]
    user_agent: Mapped[str] = mapped_column(String(MAX_USER_AGENT))
    is_bot: Mapped[bool]
    address_hash: Mapped[str] = mapped_column(String(32))


def add_all(rows: Sequence[Mapping[str, Any]]) -> None:
    """Many rows in one statement."""
    session.execute(insert(LinkClick), rows)


def note_opened(message_ids: Mapping[str, datetime]) -> None:
    """`message_ids` by code → when a person first followed it: kept where it is the earliest."""
    of_code = dict(
        session.execute(
            select(ShortUrl.code, ShortUrl.message_id).where(ShortUrl.code.in_(message_ids))
        )
        .tuples()
        .all()
    )
    # In one order everywhere, so that two processes cannot wait for each other.
    for code in sorted(of_code, key=of_code.__getitem__):
        at = message_ids[code]
        session.execute(
            update(Message)
            .where(
                Message.id == of_code[code],
                or_(Message.opened_at.is_(None), Message.opened_at > at),
            )
            .values(opened_at=at)
            .execution_options(synchronize_session=False)
        )


def people_by_message(message_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """How often people followed a link of these messages; those with no click are absent."""
    query = (
        select(ShortUrl.message_id, func.count())
        .join(LinkClick, LinkClick.code == ShortUrl.code)
        .where(ShortUrl.message_id.in_(message_ids), LinkClick.is_bot.is_(False))
        .group_by(ShortUrl.message_id)
    )
    return dict(session.execute(query).tuples().all())
