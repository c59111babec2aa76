"""The webhooks app on the test's database, and requests signed as Plivo signs them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient
from plivo.utils.signature_v3 import construct_post_url, get_signature_v3
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from app.models import database
from config import Settings
from ivr_webhooks.factory import create_app

AUTH_TOKEN = "the-token-of-these-tests"
BASE_URL = "http://127.0.0.1:8081"


@dataclass
class Plivo:
    """Posts webhooks as Plivo does; `enqueued`: the messages that the worker was told of."""

    client: FlaskClient
    enqueued: list[uuid.UUID] = field(default_factory=list)

    def post(
        self, path: str, params: Mapping[str, str], *, token: str = AUTH_TOKEN
    ) -> TestResponse:
        nonce = uuid.uuid4().hex
        signed = construct_post_url(BASE_URL + path, dict(params)).decode()
        signature = get_signature_v3(token.encode(), signed, nonce.encode()).decode()
        return self.client.post(
            path,
            data=params,
            headers={"X-Plivo-Signature-V3": signature, "X-Plivo-Signature-V3-Nonce": nonce},
        )

    def call_params(
        self, call_id: str, *, caller: str = "819012345678", called: str = "815030000001"
    ) -> dict[str, str]:
        return {
            "CallUUID": call_id,
            "From": caller,
            "To": called,
            "Direction": "inbound",
            "CallStatus": "ringing",
            "Event": "StartApp",
        }


@pytest.fixture
def plivo(db: Engine, database_url: str) -> Iterator[Plivo]:
    settings = Settings(
        database_url=database_url,
        public_base_url=BASE_URL,
        plivo_auth_token=AUTH_TOKEN,
        celery_broker_url="redis://127.0.0.1:1/0",
    )
    plivo = Plivo(
        create_app(
            settings, enqueue=lambda message_id: plivo.enqueued.append(message_id)
        ).test_client()
    )
    yield plivo
    plivo.client.application.extensions["todoku_clicks"].flush()
    bound = database.session.get_bind()
    database.session.remove()
    if isinstance(bound, Engine):
        bound.dispose()
