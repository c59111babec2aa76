"""Telling the worker that a row waits for it. A hint only: the worker's sweep finds rows that
nobody told of."""

from __future__ import annotations

import logging
import queue
import threading
import uuid

from kombu.exceptions import OperationalError

from app.providers.broker import CONVERT_AUDIO, SEND_MAIL, SEND_MESSAGE, celery_client

log = logging.getLogger(__name__)

CAPACITY = 10_000


class TaskQueue:
    """Publishes from a thread of its own, so that a slow or dead broker holds up neither a
    caller's webhook nor a page."""

    def __init__(self, broker_url: str) -> None:
        self._celery = celery_client(broker_url)
        self._waiting: queue.Queue[tuple[str, str]] = queue.Queue(CAPACITY)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def send_message(self, message_id: uuid.UUID) -> None:
        """Returns at once and never raises."""
        self._put(SEND_MESSAGE, str(message_id))

    def send_mail(self, mail_id: int) -> None:
        """Returns at once and never raises."""
        self._put(SEND_MAIL, str(mail_id))

    def convert_audio(self, audio_file_id: uuid.UUID) -> None:
        """Returns at once and never raises."""
        self._put(CONVERT_AUDIO, str(audio_file_id))

    def _put(self, task: str, row_id: str) -> None:
        self._start_thread()
        try:
            self._waiting.put_nowait((task, row_id))
        except queue.Full:
            log.warning("task queue full: %s of %s is left to the sweep", task, row_id)

    def _start_thread(self) -> None:
        """Started at the first use: a server that forks its workers later would lose a thread
        started before."""
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._publish_all, name="task-queue", daemon=True
                )
                self._thread.start()

    def _publish_all(self) -> None:
        while True:
            task, row_id = self._waiting.get()
            try:
                self._celery.send_task(task, (row_id,), retry=False)
            except (OperationalError, OSError) as error:
                log.warning("broker away (%s): %s of %s is left to the sweep", error, task, row_id)
