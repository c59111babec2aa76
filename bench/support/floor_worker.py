"""The least that sends: a Celery task of one HTTP request."""

from __future__ import annotations

import threading

import requests

import config
from app.providers.broker import celery_client
from bench.support.floor_tables import SEND

settings = config.load()
URL = f"{settings.plivo_api}/v1/Account/{settings.plivo_auth_id}/Message/"
app = celery_client(settings.celery_broker_url)
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=1)
own = threading.local()


@app.task(name=SEND)
def send(recipient: str) -> None:
    if not hasattr(own, "http"):
        own.http = requests.Session()
        own.http.auth = (settings.plivo_auth_id, settings.plivo_auth_token)
    sms = {"src": "81312345678", "dst": recipient, "text": "お電話ありがとうございます。"}
    own.http.post(URL, json=sms, timeout=5).raise_for_status()
