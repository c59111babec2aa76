"""Plivo's limits on requests and calls."""

import threading
from collections import deque


class RateLimit:
    """At most so many in any ``seconds``; counts those it has turned away."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._times: deque[float] = deque()
        self.refused = 0

    def admits(self, now_s: float, most: float) -> bool:
        """Whether one more at ``now_s`` (monotonic seconds) stays within ``most``."""
        with self._lock:
            while self._times and self._times[0] <= now_s - self._seconds:
                self._times.popleft()
            if len(self._times) + 1 > most:
                self.refused += 1
                return False
            self._times.append(now_s)
            return True
