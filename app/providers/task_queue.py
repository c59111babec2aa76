"""Telling the worker that a row waits for it. A hint only: the worker's sweep finds rows that
nobody told of."""

from __future__ import annotations

import logging
import queue
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kombu.exceptions import OperationalError

from app.providers.broker import (
    CONVERT_AUDIO,
    SEND_MAIL,
    SEND_NEXT,
    TURN_EXPIRES_S,
    celery_client,
)

log = logging.getLogger(__name__)

CAPACITY = 10_000
# So long the first of several messages waits for others: one task then tells of all of them, and
# publishing costs a caller's webhook less than the answer itself.
GATHER_S = 0.1


@dataclass(frozen=True)
class _Hint:
    task: str
    arguments: tuple[str | int, ...]
    rows: str
    expires_s: int | None = None


class TaskQueue:
    """Publishes from a thread of its own, so that a slow or dead broker holds up neither a
    caller's webhook nor a page."""

    def __init__(self, broker_url: str) -> None:
        self._celery = celery_client(broker_url)
        self._waiting: queue.Queue[_Hint | uuid.UUID] = queue.Queue(CAPACITY)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def send_message(self, message_id: uuid.UUID) -> None:
        """One more turn to send, as this message waits: it goes to whichever message is next.

        Returns at once and never raises.
        """
        self._put(message_id)

    def send_mail(self, mail_id: int) -> None:
        """Returns at once and never raises."""
        self._put(_Hint(SEND_MAIL, (str(mail_id),), f"mail {mail_id}"))

    def convert_audio(self, audio_file_id: uuid.UUID) -> None:
        """Returns at once and never raises."""
        self._put(_Hint(CONVERT_AUDIO, (str(audio_file_id),), f"audio file {audio_file_id}"))

    def _put(self, hint: _Hint | uuid.UUID) -> None:
        self._start_thread()
        try:
            self._waiting.put_nowait(hint)
        except queue.Full:
            log.warning("task queue full: %s is left to the sweep", hint)

    def _start_thread(self) -> None:
        """Started at the first use: a server that forks its workers later would lose a thread
        started before."""
        if self._thread is not None and self._thread.is_alive():
            return
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._publish_all, name="task-queue", daemon=True
                )
                self._thread.start()

    def _publish_all(self) -> None:
        while True:
            hint = self._waiting.get()
            if isinstance(hint, _Hint):
                self._publish(hint)
                continue
            time.sleep(GATHER_S)
            for gathered in _gathered([hint, *self._drained()]):
                self._publish(gathered)

    def _drained(self) -> Iterator[_Hint | uuid.UUID]:
        while True:
            try:
                yield self._waiting.get_nowait()
            except queue.Empty:
                return

    def _publish(self, hint: _Hint) -> None:
        try:
            self._celery.send_task(hint.task, hint.arguments, retry=False, expires=hint.expires_s)
        except (OperationalError, OSError) as error:
            log.warning("broker away (%s): %s is left to the sweep", error, hint.rows)


def _gathered(hints: Iterable[_Hint | uuid.UUID]) -> Iterator[_Hint]:
    """Messages together, as so many turns to send; everything else as it came."""
    messages = 0
    for hint in hints:
        if isinstance(hint, _Hint):
            yield hint
        else:
            messages += 1
    yield _Hint(SEND_NEXT, (messages,), f"{messages} messages", expires_s=TURN_EXPIRES_S)
