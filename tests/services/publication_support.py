"""What tests of publishing share: a number with a sender, an author, and a voice that costs
nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from app.domain.flow_content import FlowContent, Guidance
from app.domain.slots import Slot
from app.models import flow as flow_table
from app.models.database import session
from app.models.flow import Flow
from app.models.incoming_number import IncomingNumber
from app.models.user import User
from app.services import flows, publications
from tests.support import factories


@dataclass(frozen=True)
class Said:
    wav: bytes
    hash: str
    duration_ms: int = 1000


class Voice:
    """Says everything at once."""

    name = "test"
    heard_by_callers = True

    def render(self, text: str) -> Said:
        wav = text.encode()
        return Said(wav, sha256(wav).hexdigest())


VOICE = Voice()


def saying(greeting: str, body: str = factories.SMS.body) -> FlowContent:
    """The usual content with this ①, and this SMS."""
    guidances = dict(factories.CONTENT.guidances) | {Slot.GREETING: Guidance(greeting)}
    urls = factories.SMS.short_urls if body == factories.SMS.body else ()
    return FlowContent(guidances, replace(factories.SMS, body=body, short_urls=urls))


def live(number: IncomingNumber) -> Flow:
    session.remove()
    flow = flow_table.live_flow(number.id)
    assert flow is not None
    return flow


def save(number: IncomingNumber, author: User, content: FlowContent = factories.CONTENT) -> int:
    """The draft, registered if there is none; returns its revision."""
    flows.register_flow(number.id)
    return flows.save_draft(
        number.id, content, revision=live(number).draft_revision, user_id=author.id
    )


def publish(
    number: IncomingNumber,
    author: User,
    content: FlowContent = factories.CONTENT,
    comment: str = "",
) -> int:
    """Save and publish; returns the version's number."""
    return publications.publish_flow(
        number.id,
        revision=save(number, author, content),
        user_id=author.id,
        speech=VOICE,
        comment=comment,
    )


def heard(number: IncomingNumber) -> str | None:
    """The ① that the next caller of the number gets; None: the notice."""
    session.remove()
    flow = flow_table.live_flow(number.id)
    version = flow.published_version if flow else None
    return version.flow_content.guidances[Slot.GREETING].text if version else None
