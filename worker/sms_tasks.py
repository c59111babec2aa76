"""Celery's side of the SMS: each task hands over to one service."""

from __future__ import annotations

import math
from datetime import timedelta

from app.providers.broker import SEND_NEXT, TURN_EXPIRES_S
from app.providers.plivo.client import SmsClient
from app.providers.shared_rate import SharedRate
from app.services import message_resending, message_sending, message_sweeps
from app.services.message_sending import Outbox
from app.services.send_rate import SendRate, reserve_in_database
from worker.celery_app import celery_app, settings
from worker.schedule import SEND_SWEEP_S

TURNS_IN_A_ROW = 5

rate = SendRate(
    settings.sms_per_second,
    settings.api_requests_per_5_s,
    SharedRate(settings.redis_url).reserve if settings.redis_url else reserve_in_database,
)
outbox = Outbox(
    SmsClient(settings.plivo_auth_id, settings.plivo_auth_token, settings.plivo_api),
    rate,
    settings.public_base_url,
    timedelta(seconds=settings.message_expires_after_s),
)


@celery_app.task(name=SEND_NEXT)
def send_next(turns: int) -> None:
    """A few of the turns are used here, the others at the same time wherever a worker is free."""
    for taken in range(TURNS_IN_A_ROW, turns, TURNS_IN_A_ROW):
        send_next.apply_async((min(turns - taken, TURNS_IN_A_ROW),), expires=TURN_EXPIRES_S)
    message_sending.send_due(outbox, min(turns, TURNS_IN_A_ROW))


@celery_app.task
def sweep_waiting_messages() -> None:
    """As many turns as the rate has room for until the next sweep."""
    message_sweeps.settle_expired_messages(outbox.expires_after)
    turns = message_sweeps.waiting_messages(math.ceil(rate.sends_per_s * SEND_SWEEP_S))
    if turns:
        send_next.apply_async((turns,), expires=TURN_EXPIRES_S)


@celery_app.task
def resend_retryable_messages() -> None:
    message_resending.resend_retryable_messages()


@celery_app.task
def settle_messages_without_result() -> None:
    message_sweeps.settle_messages_without_result()


@celery_app.task
def settle_unclear_messages() -> None:
    message_sweeps.settle_unclear_messages(outbox)


@celery_app.task
def poll_unreported_messages() -> None:
    message_sweeps.poll_unreported_messages(outbox)
