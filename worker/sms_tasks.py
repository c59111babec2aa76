"""Celery's side of the SMS: each task hands over to one service."""

from __future__ import annotations

import threading
import uuid

from app.providers.broker import SEND_MESSAGE
from app.providers.plivo.client import SmsClient
from app.services import message_sending, message_sweeps
from worker.celery_app import celery_app, settings

_per_thread = threading.local()


def _client() -> SmsClient:
    """One Plivo client per thread: its HTTP session is not made for sharing."""
    if not hasattr(_per_thread, "client"):
        _per_thread.client = SmsClient(
            settings.plivo_auth_id, settings.plivo_auth_token, settings.plivo_api
        )
    client: SmsClient = _per_thread.client
    return client


@celery_app.task(name=SEND_MESSAGE)
def send_message(message_id: str) -> None:
    message_sending.send_message(
        uuid.UUID(message_id), _client(), public_base_url=settings.public_base_url
    )


@celery_app.task
def sweep_waiting_messages() -> None:
    for message_id in message_sweeps.waiting_messages():
        send_message.delay(str(message_id))


@celery_app.task
def settle_unclear_messages() -> None:
    message_sweeps.settle_unclear_messages(_client())


@celery_app.task
def poll_unreported_messages() -> None:
    message_sweeps.poll_unreported_messages(_client())
