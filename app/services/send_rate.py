"""Plivo's limits, kept by all workers together: each request waits for a moment of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from app.models import rate_bucket
from app.models.database import transaction

REQUESTS_WINDOW_S = 5.0
# A request reserved for one moment reaches Plivo a little later. Spread over so much more than the
# window, the limit of requests holds in each of Plivo's windows.
LATE_BY_S = 0.5
MOST_FOR_SENDING = 0.8
LISTS_PER_S = 20 / 60  # plivo.com/docs/messaging/api/message/list-all-messages
MOST_WAIT_S = 1.0
MOST_WAIT_TO_LIST_S = 4.0

Reserve = Callable[[str, float, float], float | None]
"""Take the next moment of the bucket so named, so many seconds after the one taken before: the
seconds until then, or None, and nothing taken, when that is longer than the last number."""


@dataclass(frozen=True)
class SendRate:
    """`sms_per_second` and `requests_per_5_s` hold for the Plivo account, whoever asks. Sending
    leaves a fifth of the requests to questions."""

    sms_per_second: float
    requests_per_5_s: int
    reserve: Reserve

    @property
    def sends_per_s(self) -> float:
        return min(self.sms_per_second, MOST_FOR_SENDING * self._requests_per_s)

    def wait_to_send(self) -> bool:
        """Wait until one SMS may be handed over; False when that takes too long for a worker."""
        return self._wait("send", self.sends_per_s, MOST_WAIT_S)

    def wait_to_ask(self) -> bool:
        """Wait until one question may be asked."""
        return self._wait("ask", self._requests_per_s - self.sends_per_s, MOST_WAIT_S)

    def wait_to_list(self) -> bool:
        """Wait until the list of messages may be asked, which Plivo allows seldom."""
        return self._wait("list", LISTS_PER_S, MOST_WAIT_TO_LIST_S) and self.wait_to_ask()

    @property
    def _requests_per_s(self) -> float:
        return self.requests_per_5_s / (REQUESTS_WINDOW_S + LATE_BY_S)

    def _wait(self, bucket: str, per_s: float, most_wait_s: float) -> bool:
        wait_s = self.reserve(bucket, 1 / per_s, most_wait_s)
        if wait_s is None:
            return False
        time.sleep(wait_s)
        return True


def reserve_in_database(bucket: str, interval_s: float, most_wait_s: float) -> float | None:
    """Without a Redis the database is what all workers share."""
    with transaction():
        return rate_bucket.reserve(bucket, interval_s, most_wait_s)
