"""Running things later: one thread over the standard library's scheduler."""

import logging
import sched
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)


class Timetable:
    """Calls functions after a delay; they must be quick (hand real work to a pool)."""

    def __init__(self) -> None:
        self._scheduler = sched.scheduler(time.monotonic)
        self._changed = threading.Event()
        threading.Thread(target=self._run, name="timetable", daemon=True).start()

    def after(self, seconds: float, function: Callable[[], None]) -> None:
        self._scheduler.enter(seconds, 0, function)
        self._changed.set()

    def clear(self) -> None:
        """Forgets everything planned."""
        for event in self._scheduler.queue:
            try:
                self._scheduler.cancel(event)
            except ValueError:
                continue  # it ran meanwhile

    def _run(self) -> None:
        while True:
            self._changed.clear()
            try:
                next_in_s = self._scheduler.run(blocking=False)
            except Exception:
                log.exception("a planned step failed")
                continue
            self._changed.wait(next_in_s)
