"""Several worker processes at once, and Plivo's own count of requests that were too many."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from app.models import database
from app.providers.plivo.client import SmsClient
from app.providers.plivo.failures import SendRefused
from app.providers.shared_rate import SharedRate
from app.services.message_sending import Outbox, send_next
from app.services.send_rate import SendRate, reserve_in_database
from config import DEVELOPMENT_AUTH_ID, DEVELOPMENT_AUTH_TOKEN
from tests.services.conftest import running_simulator
from tests.services.message_queue_support import many_waiting
from tests.support import factories

pytestmark = pytest.mark.slow

REQUESTS_PER_5_S = 60
WORK_S = 8.0
THREADS = 3


@pytest.fixture
def strict_plivo(tmp_path: Path) -> Iterator[str]:
    """In real time, with a low limit of requests."""
    conditions = {"api_requests_per_5_s": REQUESTS_PER_5_S, "messages_per_s": 1000}
    with running_simulator(tmp_path, speed=1, conditions=json.dumps(conditions)) as url:
        yield url


def work(database_url: str, redis_url: str, plivo_url: str) -> None:
    """A worker: it sends and asks as fast as the rate lets it."""
    database.configure(database_url)
    client = SmsClient(DEVELOPMENT_AUTH_ID, DEVELOPMENT_AUTH_TOKEN, plivo_url)
    reserve = SharedRate(redis_url).reserve if redis_url else reserve_in_database
    rate = SendRate(1000, REQUESTS_PER_5_S, reserve)
    outbox = Outbox(client, rate, "http://127.0.0.1:9", timedelta(hours=1))
    ends_at = time.monotonic() + WORK_S

    def send() -> None:
        while time.monotonic() < ends_at:
            send_next(outbox)

    def ask() -> None:
        while time.monotonic() < ends_at:
            if rate.wait_to_ask():
                with suppress(SendRefused):
                    client.get("00000000-0000-0000-0000-000000000000")

    with ThreadPoolExecutor(THREADS) as threads:
        turns = [threads.submit(each) for each in (send, send, ask)]
    for turn in turns:
        turn.result()


@pytest.mark.parametrize("shared", ["redis", "database"])
def test_two_workers_stay_within_plivos_limit(
    db: object, database_url: str, redis_url: str, strict_plivo: str, shared: str
) -> None:
    many_waiting(factories.account(), 200, recipient="+818012345670")
    processes = multiprocessing.get_context("spawn")
    workers = [
        processes.Process(
            target=work, args=(database_url, redis_url if shared == "redis" else "", strict_plivo)
        )
        for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert refused(strict_plivo) == 0
    handset = requests.get(f"{strict_plivo}/simulator/handsets/818012345670", timeout=5).json()
    assert len(handset["messages"]) > 0.7 * WORK_S * 0.8 * REQUESTS_PER_5_S / 5

    client = SmsClient(DEVELOPMENT_AUTH_ID, DEVELOPMENT_AUTH_TOKEN, strict_plivo)
    for _ in range(REQUESTS_PER_5_S + 1):
        with suppress(Exception):
            client.get("00000000-0000-0000-0000-000000000000")
    assert refused(strict_plivo) > 0, "the witness is awake"


def refused(plivo_url: str) -> int:
    count: int = requests.get(f"{plivo_url}/simulator/refused", timeout=5).json()["api_requests"]
    return count
