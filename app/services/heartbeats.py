"""Workers and beat say that they are alive, once every `HEARTBEAT_EVERY_S`."""

from __future__ import annotations

from app import clock
from app.domain.health import BEAT, LATELY
from app.models import heartbeat
from app.models.database import transaction
from app.providers.plivo.last_answers import LastAnswers


def note_worker(name: str, *, tasks_running: int, plivo: LastAnswers) -> None:
    """`name` is Celery's, which has to differ between workers."""
    with transaction():
        heartbeat.put(
            name,
            clock.now(),
            tasks_running=tasks_running,
            plivo_answered_at=plivo.answered_at,
            plivo_failed_at=plivo.failed_at,
            plivo_failure=plivo.failure,
        )


def note_beat() -> None:
    """A task that beat gave out was run: broker and worker do their part as well. Workers that are
    silent for a day are forgotten."""
    with transaction():
        heartbeat.put(BEAT, clock.now())
        heartbeat.remove_silent_since(clock.now() - LATELY)


def take_leave(name: str) -> None:
    """A worker that ends as it should is not missed."""
    with transaction():
        heartbeat.remove(name)
