"""Celery's side of the mails: each task hands over to one service."""

from __future__ import annotations

from app.providers.broker import SEND_MAIL
from app.providers.mail import mailer
from app.services import mails
from worker.celery_app import celery_app, settings

postman = mailer(
    settings.mail_url,
    settings.state_dir / "mail",
    mail_from=settings.mail_from,
    display_name=settings.service_name,
)


@celery_app.task(name=SEND_MAIL)
def send_mail(mail_id: str) -> None:
    mails.send_mail(int(mail_id), postman)


@celery_app.task
def sweep_waiting_mails() -> None:
    for mail_id in mails.waiting_mails():
        send_mail.delay(str(mail_id))


@celery_app.task
def release_stuck_mails() -> None:
    mails.release_stuck_mails()
