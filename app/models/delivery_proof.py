"""Everything known of one message: its call, each hand-over, and who followed its links."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.models import link_click, send_attempt
from app.models.call import Call
from app.models.database import session
from app.models.link_click import LinkClick
from app.models.message import Message
from app.models.send_attempt import SendAttempt
from app.models.short_url import ShortUrl

MOST_CLICKS = 20


class Followed(NamedTuple):
    """A person opened a short URL that leads to `target`."""

    at: datetime
    target: str


@dataclass(frozen=True)
class DeliveryProof:
    """`clicks` are the first MOST_CLICKS of people, `click_count` is all of them."""

    message: Message
    call: Call
    attempts: Sequence[SendAttempt]
    clicks: Sequence[Followed]
    click_count: int


def of_message(message_id: uuid.UUID) -> DeliveryProof | None:
    """None where the account has no such message."""
    found = session.execute(
        select(Message, Call)
        .join(Call, Call.id == Message.call_id)
        .where(Message.id == message_id)
        .options(joinedload(Call.flow_version))
    ).one_or_none()
    if found is None:
        return None
    message, call = found
    has_links = message.text != message.body
    return DeliveryProof(
        message,
        call,
        send_attempt.of_message(message_id),
        _clicks(message_id) if has_links else (),
        link_click.people_by_message([message_id]).get(message_id, 0) if has_links else 0,
    )


def _clicks(message_id: uuid.UUID) -> Sequence[Followed]:
    query = (
        select(LinkClick.at, ShortUrl.target)
        .join(ShortUrl, ShortUrl.code == LinkClick.code)
        .where(ShortUrl.message_id == message_id, LinkClick.is_bot.is_(False))
        .order_by(LinkClick.at, LinkClick.id)
        .limit(MOST_CLICKS)
    )
    return [Followed(*row) for row in session.execute(query)]
