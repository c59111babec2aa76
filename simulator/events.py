"""Publishing what happens (SMS received, message states) to the pages that listen."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Event = dict[str, Any]


class Hub:
    """Fan-out of events to any number of listeners; a slow listener loses its oldest events."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: set[queue.Queue[Event]] = set()

    def publish(self, event: Event) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener.put_nowait(event)
            except queue.Full:
                listener.get_nowait()
                listener.put_nowait(event)

    @contextmanager
    def listening(self) -> Iterator["queue.Queue[Event]"]:
        listener: queue.Queue[Event] = queue.Queue(maxsize=1000)
        with self._lock:
            self._listeners.add(listener)
        try:
            yield listener
        finally:
            with self._lock:
                self._listeners.discard(listener)
