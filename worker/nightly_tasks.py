"""Celery's side of what tidies up at night."""

from __future__ import annotations

import time

from app.services import retention, sms_guards, user_sessions
from worker.celery_app import celery_app, settings

PAUSE_S = 0.2
"""Between two batches, so that autovacuum and everybody else get their turn."""
LONGEST_S = 600
"""Shorter than any broker waits for a task to be confirmed; the next run goes on."""


@celery_app.task
def delete_old_sessions() -> None:
    user_sessions.delete_old()


@celery_app.task
def forget_old_sms_counts() -> None:
    sms_guards.forget_old_counts()


@celery_app.task
def delete_old_calls() -> None:
    retention.close_counts(settings.months_kept)
    until = time.monotonic() + LONGEST_S
    place = retention.delete_batch(settings.months_kept, None)
    while place is not None and time.monotonic() < until:
        time.sleep(PAUSE_S)
        place = retention.delete_batch(settings.months_kept, place)
