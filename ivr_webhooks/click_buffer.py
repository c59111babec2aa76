"""Clicks on their way into the database: a redirect only puts one in here."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from prometheus_client import Counter
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app.models.database import session
from app.services.link_clicks import Click

log = logging.getLogger(__name__)

WRITE_EVERY_S = 0.5
BATCH = 500
MOST_WAITING = 20_000
LOST = Counter("todoku_link_clicks_lost_total", "Clicks on short links that were never written")


class ClickBuffer:
    """Written twice a second by a thread of its own, which starts with the first click: after the
    server has forked. A killed process loses half a second's clicks, one that ends none; where the
    database is away they wait, the newest 20,000.
    """

    def __init__(self, write: Callable[[Sequence[Click]], None]) -> None:
        self._write = write
        self._waiting: deque[Click] = deque(maxlen=MOST_WAITING)
        self._arrived = threading.Event()
        self._writing = threading.Lock()
        self._starting = threading.Lock()
        self._has_writer = False

    def add(self, click: Click) -> None:
        """Returns at once and never raises."""
        if len(self._waiting) == MOST_WAITING:
            LOST.inc()
        self._waiting.append(click)
        self._arrived.set()
        if not self._has_writer:
            self._start_writer()

    def flush(self) -> None:
        """Write what waits; what the database does not take because it is away goes on waiting."""
        with self._writing:
            while self._waiting:
                some = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                try:
                    self._write(some)
                except OperationalError:
                    log.warning("%s clicks wait for the database", len(some))
                    self._waiting.extendleft(reversed(some))
                    self._arrived.set()
                    return
                except SQLAlchemyError:
                    log.exception("%s clicks lost", len(some))
                    LOST.inc(len(some))
                finally:
                    session.remove()

    def _start_writer(self) -> None:
        with self._starting:
            if self._has_writer:
                return
            self._has_writer = True
            atexit.register(self.flush)
            threading.Thread(target=self._write_for_ever, name="clicks", daemon=True).start()

    def _write_for_ever(self) -> None:
        while True:
            self._arrived.wait()
            time.sleep(WRITE_EVERY_S)
            self._arrived.clear()
            self.flush()
