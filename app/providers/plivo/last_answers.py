"""When Plivo's API last did what it is there for, and when it last did not."""

from __future__ import annotations

from datetime import datetime

from app import clock

# Refused for our request alone, the API is well: 401 and 429 concern every request.
_WELL = frozenset(range(200, 500)) - {401, 408, 429}


class LastAnswers:
    """Of all threads of a process. Times are UTC; `failure` is a status or the kind of error."""

    def __init__(self) -> None:
        self.answered_at: datetime | None = None
        self.failed_at: datetime | None = None
        self.failure: str | None = None

    def note_status(self, status: int) -> None:
        if status in _WELL:
            self.answered_at = clock.now()
        else:
            self.note_failure(f"HTTP {status}")

    def note_failure(self, failure: str) -> None:
        self.failure, self.failed_at = failure, clock.now()
