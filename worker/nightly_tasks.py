"""Celery's side of what tidies up at night."""

from __future__ import annotations

from app.services import sms_guards, user_sessions
from worker.celery_app import celery_app


@celery_app.task
def delete_old_sessions() -> None:
    user_sessions.delete_old()


@celery_app.task
def forget_old_sms_counts() -> None:
    sms_guards.forget_old_counts()
