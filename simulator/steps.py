"""The transcript of one call: written by the call, followed by any number of readers.

A step is a JSON object with ``at`` (seconds since the call began), ``kind`` and what belongs to it:

    dialled       from, to, call_uuid, started_at
    ringing
    webhook       url, method, status (null: no answer), ms
    answered
    play          url, duration, hash (sha256), content_type, problems
    speak         text, language, voice, duration
    wait          duration
    wait_digits   timeout, digit_timeout, finish_on_key, num_digits, attempt, attempts
    keyed         digits, ended_by (finish key, time-out or number of digits)
    no_digits     ended_by (finish key or time-out)
    invalid_digit digit
    redirect      url
    fallback      reason
    error_tone    reason
    busy          code (SIP 486)
    hangup        by (xml, caller, end of instructions, failure, busy), cause, code
    result        ok, ended_by, duration, problems
"""

import threading
from collections.abc import Iterator
from typing import Any

Step = dict[str, Any]


class StepLog:
    """Steps so far, and those to come until closed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._steps: list[Step] = []
        self._closed = False

    def append(self, step: Step) -> None:
        with self._changed:
            self._steps.append(step)
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def follow(self, heartbeat_s: float) -> Iterator[Step | None]:
        """Every step from the first on; None when nothing happened for ``heartbeat_s``."""
        seen = 0
        while True:
            fresh, closed = self._after(seen, heartbeat_s)
            yield from fresh
            seen += len(fresh)
            if not fresh and closed:
                return
            if not fresh:
                yield None

    def _after(self, seen: int, within_s: float) -> tuple[list[Step], bool]:
        with self._changed:
            self._changed.wait_for(
                lambda: len(self._steps) > seen or self._closed, timeout=within_s
            )
            return self._steps[seen:], self._closed
