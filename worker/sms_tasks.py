"""Celery's side of the SMS: each task hands over to one service."""

from __future__ import annotations

import uuid

from app.providers.broker import SEND_MESSAGE
from app.providers.plivo.client import SmsClient
from app.services import message_sending, message_sweeps
from worker.celery_app import celery_app, settings

client = SmsClient(settings.plivo_auth_id, settings.plivo_auth_token, settings.plivo_api)


@celery_app.task(name=SEND_MESSAGE)
def send_message(message_id: str) -> None:
    message_sending.send_message(
        uuid.UUID(message_id), client, public_base_url=settings.public_base_url
    )


@celery_app.task
def sweep_waiting_messages() -> None:
    for message_id in message_sweeps.waiting_messages():
        send_message.delay(str(message_id))


@celery_app.task
def settle_unclear_messages() -> None:
    message_sweeps.settle_unclear_messages(client)


@celery_app.task
def poll_unreported_messages() -> None:
    message_sweeps.poll_unreported_messages(client)
