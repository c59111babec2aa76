"""Whether Plivo's API was well when it was last asked, as the worker's heartbeat tells it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.providers.plivo.client import SmsClient
from app.providers.plivo.failures import SendDelayed, SendRefused
from tests.support.plivo_peer import AUTH_ID, Answer, Plivo, serving


@pytest.fixture
def plivo() -> Iterator[Plivo]:
    with serving() as server:
        yield server


def ask(client: SmsClient) -> None:
    with suppress(SendDelayed, SendRefused):
        client.get("uuid-1")


@pytest.mark.parametrize("status", [200, 400, 404])
def test_it_is_well(plivo: Plivo, status: int) -> None:
    plivo.answers = [Answer(status, b"{}")]
    client = SmsClient(AUTH_ID, "token", plivo.url)
    ask(client)
    assert client.answers.answered_at is not None
    assert client.answers.failed_at is None


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Answer(401, b""), "HTTP 401"),
        (Answer(429, b""), "HTTP 429"),
        (Answer(503, b""), "HTTP 503"),
        (Answer(reset=True), "ConnectionError"),
    ],
)
def test_it_is_not(plivo: Plivo, answer: Answer, failure: str) -> None:
    plivo.answers = [answer]
    client = SmsClient(AUTH_ID, "token", plivo.url)
    ask(client)
    assert client.answers.answered_at is None
    assert client.answers.failure == failure
    assert client.answers.failed_at is not None
