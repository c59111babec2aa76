"""Signs of life for 「稼働状況」 of the back office.

From a thread of each worker, so that they come whatever its tasks do and while the broker is away;
and from a task that beat gives out.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from celery.signals import worker_ready, worker_shutdown
from celery.worker import state
from sqlalchemy.exc import SQLAlchemyError

from app.domain.health import HEARTBEAT_EVERY_S
from app.models import database
from app.services import heartbeats
from worker.celery_app import celery_app
from worker.sms_tasks import outbox

log = logging.getLogger(__name__)

LEAVES_WITHIN_S = 2
_ended = threading.Event()


@celery_app.task
def note_beat() -> None:
    heartbeats.note_beat()


@worker_ready.connect
def _begin(sender: Any, **_: Any) -> None:
    thread = threading.Thread(target=_until_the_end, args=(sender.hostname,), daemon=True)
    worker_shutdown.connect(lambda **_: _end(thread), weak=False)
    thread.start()


def _end(thread: threading.Thread) -> None:
    _ended.set()
    thread.join(LEAVES_WITHIN_S)


def _until_the_end(name: str) -> None:
    while not _ended.is_set():
        _write(lambda: _note(name))
        _ended.wait(HEARTBEAT_EVERY_S)
    _write(lambda: heartbeats.take_leave(name))


def _note(name: str) -> None:
    running = len(state.active_requests)
    heartbeats.note_worker(name, tasks_running=running, plivo=outbox.client.answers)


def _write(sign: Callable[[], None]) -> None:
    """Without the database there is no sign of life, and nobody to look for one."""
    try:
        sign()
    except SQLAlchemyError as trouble:
        log.warning("no sign of life: %s", trouble)
    finally:
        database.session.remove()
