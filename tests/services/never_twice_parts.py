"""A Plivo that accepts, refuses, loses and lists, and what each call ought to owe."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app import clock
from app.domain.call_flow import Announce
from app.domain.carriers import Carrier
from app.domain.phone_numbers import from_national_digits
from app.domain.slots import Slot
from app.domain.sms_status import MessageStatus
from app.models.sms_quota import DailyLimits
from app.providers.plivo.client import PAGE, ListPage, SentMessage
from app.providers.plivo.failures import SendDelayed, SendRefused, SendUnclear
from app.providers.plivo.status_report import StatusReport
from app.services import calls
from app.services.incoming_calls import IncomingCall, Reply, SmsOut

POSTER = "+815030000001"
UNKNOWN_NUMBER = "+815039999999"
LANDLINE = "+81312345678"
MOBILES = tuple(f"+81901234567{digit}" for digit in range(4))
OUT = SmsOut("https://qms.jp", lambda _message_id: None, DailyLimits(10**6, 10**6))
LISTED_AFTER = timedelta(seconds=30)


class WorkerKilled(BaseException):
    """As by kill -9: nobody catches it, nothing is cleaned up."""


@dataclass
class FakePlivo:
    """Accepts or not as `mood` says. What it accepted is in its list half a minute later.

    `accepted`: with the message's id and its life, see `CallsAndMessages.lives`. `meanwhile` is
    what happens while somebody waits for the list.
    """

    pass_time: Callable[[float], None]
    lives: Counter[uuid.UUID]
    mood: str = "accepts"
    lists: str = "answers"
    meanwhile: Callable[[], None] = lambda: None
    accepted: list[tuple[uuid.UUID, int, SentMessage]] = field(default_factory=list)

    def send(self, *, sender: str, recipient: str, text: str, callback_url: str) -> str:
        self.pass_time(0.2)
        match self.mood:
            case "refuses":
                raise SendRefused("400", "no")
            case "delays":
                raise SendDelayed("HTTP 429")
            case "loses the request":
                raise SendUnclear("no answer")
            case "worker dies before":
                raise WorkerKilled
        provider_id = str(uuid.uuid4())
        message_id = uuid.UUID(callback_url.split("/")[-2])
        entry = SentMessage(provider_id, from_national_digits(sender), recipient, clock.now())
        self.accepted.append((message_id, self.lives[message_id], entry))
        self.pass_time(0.8)
        if self.mood == "loses the answer":
            raise SendUnclear("no answer")
        if self.mood == "worker dies after":
            raise WorkerKilled
        return provider_id

    def list_page(
        self,
        *,
        sender: str,
        recipient: str | None,
        since: datetime,
        until: datetime,
        offset: int,
    ) -> ListPage:
        found = [
            entry
            for _, _, entry in reversed(self.accepted)
            if entry.sender == from_national_digits(sender)
            and recipient in (None, entry.recipient)
            and since <= (entry.accepted_at or until) <= min(until, clock.now() - LISTED_AFTER)
        ][offset : offset + PAGE]
        self.meanwhile()
        if self.lists == "breaks":
            raise SendDelayed("HTTP 503")
        if self.lists == "worker dies":
            raise WorkerKilled
        return ListPage(found, is_last=len(found) < PAGE)

    def get(self, provider_id: str) -> StatusReport:
        return report(provider_id, MessageStatus.AWAITING_RESULT)


def report(
    provider_id: str,
    status: MessageStatus,
    carrier: Carrier | None = None,
    sequence: int | None = None,
    parts: int = 1,
) -> StatusReport:
    return StatusReport(provider_id, status, carrier, 1, None, sequence, None, None, parts)


@dataclass
class KnownCall:
    """A call, and what it ought to owe by the webhooks in the order in which they came."""

    incoming: IncomingCall
    first_reply: Reply | None = None
    begun: bool = False
    ended: bool = False
    asking: bool = False
    attempt: int = 1
    owed_to: str | None = None

    def answer(self) -> None:
        self._begin(is_owed=True)
        reply = calls.answer_call(self.incoming, OUT)
        self.first_reply = self.first_reply or reply
        assert reply.instruction == self.first_reply.instruction
        self._promises(reply)

    def digits(self, attempt: int, mobile: str | None) -> None:
        self._begin(is_owed=True)
        if self.asking and not self.ended and attempt >= self.attempt:
            self.owed_to = mobile
            self.asking = mobile is None and attempt < 3
            self.attempt = attempt + 1
        digits = f"0{mobile.removeprefix('+81')}#" if mobile else "123"
        self._promises(
            calls.take_digits(self.incoming, attempt=attempt, digits=digits, sms_out=OUT)
        )

    def hang_up(self) -> None:
        self._begin(is_owed=False)
        self.ended = True
        calls.end_call(self.incoming)

    def _begin(self, *, is_owed: bool) -> None:
        if self.begun:
            return
        self.begun = True
        is_known, is_mobile = self.incoming.called == POSTER, self.incoming.caller in MOBILES
        self.asking = is_known and not is_mobile
        if is_known and is_mobile and is_owed:
            self.owed_to = self.incoming.caller

    def _promises(self, reply: Reply) -> None:
        """Who hears that the SMS comes gets one."""
        if reply.instruction == Announce(Slot.SMS_SENT) and not self.ended:
            assert self.owed_to is not None
