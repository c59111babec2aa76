"""Deleting calls of long ago with all that hangs on them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, literal, select, tuple_

from app.domain.sms_status import NOT_HANDED_OVER
from app.models.call import Call
from app.models.database import Base, session
from app.models.link_click import LinkClick
from app.models.log_pages import Place
from app.models.message import Message
from app.models.send_attempt import SendAttempt
from app.models.short_url import ShortUrl


def lock_oldest(before: datetime, after: Place | None, limit: int) -> Sequence[Place]:
    """Calls begun before that moment, the oldest that follow `after` first, locked until the
    transaction ends; those that another transaction has locked are left out."""
    calls = select(Call.started_at, Call.id).where(Call.started_at < before)
    if after is not None:
        here = tuple_(literal(after.moment, Call.started_at.type), literal(after.id, Call.id.type))
        calls = calls.where(here < tuple_(Call.started_at, Call.id))
    found = session.execute(
        calls.order_by(Call.started_at, Call.id).limit(limit).with_for_update(skip_locked=True)
    )
    return [Place(*row) for row in found]


def delete_all(call_ids: Collection[Any]) -> None:
    """Delete the calls but those whose SMS may still be handed over. One that was, and whose result
    never came, goes too: after months none will."""
    messages = session.execute(
        select(Message.id, Message.call_id, Message.status)
        .where(Message.call_id.in_(call_ids))
        .order_by(Message.id)
        .with_for_update()
    ).all()
    to_keep = {row.call_id for row in messages if row.status in NOT_HANDED_OVER}
    message_ids = [row.id for row in messages if row.call_id not in to_keep]
    codes = select(ShortUrl.code).where(ShortUrl.message_id.in_(message_ids))
    _delete(LinkClick, LinkClick.code.in_(codes))
    _delete(ShortUrl, ShortUrl.message_id.in_(message_ids))
    _delete(SendAttempt, SendAttempt.message_id.in_(message_ids))
    _delete(Message, Message.id.in_(message_ids))
    _delete(Call, Call.id.in_(set(call_ids) - to_keep))


def _delete(table: type[Base], which: ColumnElement[bool]) -> None:
    session.execute(delete(table).where(which).execution_options(synchronize_session=False))
