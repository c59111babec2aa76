"""Plivo's list of messages: reading it within its rate, and finding our hand-overs in it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.phone_numbers import from_national_digits
from app.models.message_queue import Claim
from app.providers.plivo.client import PAGE, ListPage, SentMessage, SmsClient
from app.providers.plivo.failures import SendDelayed
from app.services.send_rate import SendRate

CLOCK_SKEW = timedelta(seconds=60)
"""Between Plivo's clock and ours, at most."""

A_SECOND = timedelta(seconds=1)
TRIES = 3
PAGES_TO_JUDGE_BY = 3
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
        """Page by page, newest line first, until the list ends or is seen to have more pages than
        that, or than are left. Raises SendRefused and SendDelayed as the client does."""
        most_pages = min(most_pages, self._pages_left)
        lines: dict[str, SentMessage] = {}
        for page in range(most_pages):
            answer = self._page(question, page)
            if answer is None:
                break
            lines |= {line.provider_id: line for line in answer.lines}
            if answer.is_last:
                return Listing(list(lines.values()), is_complete=True)
            if page + 1 >= PAGES_TO_JUDGE_BY and (
                _pages_in_all(question, lines.values(), page + 1) > most_pages
            ):
                break
        return Listing(list(lines.values()), is_complete=False)

    def _page(self, question: Question, page: int) -> ListPage | None:
        """None when no turn is left. What does not answer is asked again, a few times."""
        for tries_left in reversed(range(TRIES)):
            if self.is_used_up or not self._rate.wait_to_list():
                self._pages_left = 0
                return None
            self._pages_left -= 1
            try:
                return self._client.list_page(
                    sender=question.sender,
                    recipient=question.recipient,
                    since=question.since,
                    until=question.until,
                    offset=page * PAGE,
                )
            except SendDelayed:
                if not tries_left:
                    raise
        return None


def _pages_in_all(question: Question, lines: Iterable[SentMessage], pages: int) -> float:
    """As many as there will be if the time before these lines is as full as theirs."""
    times = [line.accepted_at for line in lines if line.accepted_at]
    if not times:
        return pages
    newest = max(times)
    return pages * (newest - question.since) / max(newest - min(times), A_SECOND)


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
