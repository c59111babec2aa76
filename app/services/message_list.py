"""Plivo's list of messages: reading it within its rate, and finding our hand-overs in it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.phone_numbers import from_national_digits
from app.models.message_queue import Claim
from app.providers.plivo.client import PAGE, SentMessage, SmsClient
from app.services.send_rate import SendRate

CLOCK_SKEW = timedelta(seconds=60)
"""Between Plivo's clock and ours, at most."""

HAND_OVER_WITHIN = timedelta(seconds=60)
"""After its claim a message is accepted by then or never: the request gives up after seconds."""


@dataclass(frozen=True)
class Question:
    """What was accepted from `sender` (national digits), to anybody or to `recipient` (E.164)."""

    sender: str
    recipient: str | None
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Listing:
    """Plivo's answer. Only one that `is_complete` tells that a message is not there."""

    lines: list[SentMessage]
    is_complete: bool


class ListReader:
    """Asks at most `most_pages` times, each within the rate; then `is_used_up`."""

    def __init__(self, client: SmsClient, rate: SendRate, most_pages: int) -> None:
        self._client = client
        self._rate = rate
        self._pages_left = most_pages

    @property
    def is_used_up(self) -> bool:
        return self._pages_left == 0

    def read(self, question: Question, most_pages: int) -> Listing:
        """Page by page until the list ends, or so many are read. Raises what the client does."""
        lines: dict[str, SentMessage] = {}
        for page in range(most_pages):
            if self.is_used_up or not self._rate.wait_to_list():
                self._pages_left = 0
                break
            self._pages_left -= 1
            answer = self._client.list_page(
                sender=question.sender,
                recipient=question.recipient,
                since=question.since,
                until=question.until,
                offset=page * PAGE,
            )
            lines |= {line.provider_id: line for line in answer.lines}
            if answer.is_last:
                return Listing(list(lines.values()), is_complete=True)
        return Listing(list(lines.values()), is_complete=False)


def nearest_lines(claims: Iterable[Claim], lines: Iterable[SentMessage]) -> dict[uuid.UUID, str]:
    """Which line is which hand-over's, by sender, recipient and time: Plivo's ids by message.

    The pairs nearest in time first. Asked in their order, one that was not accepted would take the
    line of a later one to the same number, which would then be sent twice.
    """
    lines_to = defaultdict(list)
    for line in lines:
        lines_to[line.sender, line.recipient].append(line)
    pairs = [
        (_distance(claim, line), claim.claimed_at, claim.message_id, line.provider_id)
        for claim in claims
        for line in lines_to[from_national_digits(claim.sender), claim.recipient]
        if _may_be(claim, line)
    ]
    found: dict[uuid.UUID, str] = {}
    given: set[str] = set()
    for _, _, message_id, provider_id in sorted(pairs):
        if message_id not in found and provider_id not in given:
            found[message_id] = provider_id
            given.add(provider_id)
    return found


def _may_be(claim: Claim, line: SentMessage) -> bool:
    if line.accepted_at is None:
        return True
    earliest, latest = window(claim, claim)
    return earliest <= line.accepted_at <= latest


def window(first: Claim, last: Claim) -> tuple[datetime, datetime]:
    """From when until when Plivo may have accepted these hand-overs and those between them."""
    return first.claimed_at - CLOCK_SKEW, last.claimed_at + HAND_OVER_WITHIN + CLOCK_SKEW


def _distance(claim: Claim, line: SentMessage) -> timedelta:
    return abs(line.accepted_at - claim.claimed_at) if line.accepted_at else timedelta.max
