"""Celery's side of planned publications."""

from __future__ import annotations

from app.domain.mail_texts import Sender
from app.services import mails, publication_plans
from worker.celery_app import celery_app, settings

mails.configure(
    Sender(
        portal_base_url=settings.portal_base_url,
        service_name=settings.service_name,
        support_url=settings.support_url,
        mail_from=settings.mail_from,
    ),
    enqueue=lambda _mail_id: None,  # the sweep of waiting mails sends it
)


@celery_app.task
def run_due_plans() -> None:
    publication_plans.run_due_plans()
