"""Plivo's limit on API requests."""

import threading
from collections import deque


class RateLimit:
    """At most ``requests`` in any ``seconds``."""

    def __init__(self, requests: int, seconds: float) -> None:
        self._requests = requests
        self._seconds = seconds
        self._lock = threading.Lock()
        self._times: deque[float] = deque()

    def admits(self, now_s: float) -> bool:
        """Whether one more request at ``now_s`` (monotonic seconds) is within the limit."""
        with self._lock:
            while self._times and self._times[0] <= now_s - self._seconds:
                self._times.popleft()
            if len(self._times) >= self._requests:
                return False
            self._times.append(now_s)
            return True
