"""What the webhooks of a call bring, and what they take back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.domain.call_flow import Instruction
from app.models.published_flow import PublishedFlows
from app.models.sms_quota import DailyLimits


@dataclass(frozen=True)
class IncomingCall:
    """A call as the webhooks tell of it: Plivo's call id, numbers in E.164, `caller` None when
    withheld."""

    provider_call_id: str
    caller: str | None
    called: str


@dataclass(frozen=True)
class Reply:
    """What the caller hears next; `audio` and `spoken` as in `FlowVersion`."""

    instruction: Instruction
    audio: Mapping[str, str]
    spoken: Mapping[str, str]


@dataclass(frozen=True)
class SmsOut:
    """How a message leaves: the address its short URLs begin with, who is told that it waits
    (after commit), how many there may be, and the flows that they came from so far."""

    short_url_base: str
    enqueue: Callable[[uuid.UUID], None]
    limits: DailyLimits
    flows: PublishedFlows = field(default_factory=PublishedFlows)
