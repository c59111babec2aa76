"""The Redis that keeps the rate for all workers is killed and comes back, having forgotten all."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
import requests
from sqlalchemy import Engine, select, update

from app.domain.sms_status import MessageStatus
from app.models import database
from app.models.database import session, transaction
from app.models.message import Message
from app.models.tenant_scope import all_companies
from app.providers.plivo.client import SmsClient
from app.providers.shared_rate import SharedRate
from app.services.message_sending import Outbox, send_next
from app.services.send_rate import SendRate
from config import DEVELOPMENT_AUTH_ID, DEVELOPMENT_AUTH_TOKEN, Settings
from ivr_webhooks.factory import create_app
from tests.ivr_webhooks.conftest import AUTH_TOKEN, BASE_URL, Plivo
from tests.services.conftest import running_simulator
from tests.services.message_queue_support import many_waiting
from tests.support import factories
from tests.support.services.redis import Redis

pytestmark = pytest.mark.slow

POSTER = "+815030000001"
WAITING, CALLS = 40, 5
REQUESTS_PER_5_S = 60
WORKERS = 4
PATIENCE_S = 60


@pytest.fixture
def rate_keeper(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path / "redis")
    yield server
    server.stop()


@pytest.fixture
def strict_plivo(tmp_path: Path) -> Iterator[str]:
    """In real time, with a low limit of requests."""
    conditions = {"api_requests_per_5_s": REQUESTS_PER_5_S, "messages_per_s": 1000}
    with running_simulator(tmp_path, speed=1, conditions=json.dumps(conditions)) as url:
        yield url


@pytest.fixture
def webhooks(db: Engine, database_url: str, rate_keeper: Redis) -> Iterator[Plivo]:
    settings = Settings(
        database_url=database_url,
        public_base_url=BASE_URL,
        plivo_auth_token=AUTH_TOKEN,
        celery_broker_url="redis://127.0.0.1:1/0",
        redis_url=rate_keeper.address["url"],
    )
    app = create_app(settings, enqueue=lambda _message_id: None)
    yield Plivo(app.test_client())
    app.extensions["todoku_clicks"].flush()
    bound = database.session.get_bind()
    database.session.remove()
    if isinstance(bound, Engine):
        bound.dispose()


class Workers:
    """Take turns to send until told to stop, as Celery's do: a turn that fails is over, and the
    next one comes. `failed` counts by worker."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._enough = threading.Event()
        self.failed: Counter[int] = Counter()
        self._threads = [threading.Thread(target=self._work, args=(n,)) for n in range(WORKERS)]
        for thread in self._threads:
            thread.start()

    def _work(self, number: int) -> None:
        while not self._enough.is_set():
            try:
                send_next(self._outbox)
            except redis.RedisError:
                self.failed[number] += 1
                self._enough.wait(0.05)
            finally:
                session.remove()

    def all_failed(self, times: int) -> bool:
        return all(self.failed[number] >= times for number in range(WORKERS))

    def stop(self) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join()


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.05)


def test_sending_stops_and_goes_on_where_it_stopped(
    webhooks: Plivo, rate_keeper: Redis, strict_plivo: str
) -> None:
    def accepted() -> Counter[str]:
        sent = requests.get(f"{strict_plivo}/simulator/messages", timeout=5).json()["messages"]
        return Counter(message["recipient"] for message in sent)

    account = factories.account()
    factories.published_flow(factories.incoming_number(account, POSTER))
    many_waiting(account, WAITING)
    with all_companies("test"), transaction():
        for number, message_id in enumerate(session.scalars(select(Message.id)).all()):
            values = {"recipient": f"+8180{number:08}"}
            session.execute(update(Message).where(Message.id == message_id).values(**values))
    outbox = Outbox(
        SmsClient(DEVELOPMENT_AUTH_ID, DEVELOPMENT_AUTH_TOKEN, strict_plivo),
        SendRate(1000, REQUESTS_PER_5_S, SharedRate(rate_keeper.address["url"]).reserve),
        "http://127.0.0.1:9",
        timedelta(hours=1),
    )
    workers = Workers(outbox)
    try:
        eventually(lambda: accepted().total() >= 5)
        rate_keeper.kill()
        eventually(lambda: workers.all_failed(1))
        before = accepted()
        assert before.total() < WAITING, "there must be something left to send"
        for caller in range(CALLS):
            params = webhooks.call_params(str(uuid.uuid4()), caller=f"81701111000{caller}")
            assert webhooks.post("/ivr/answer", params).status_code == 200
        so_far = max(workers.failed.values())
        eventually(lambda: workers.all_failed(so_far + 3))
        assert accepted() == before, "nobody knows the rate, so nothing is sent"
        rate_keeper.start()
        eventually(lambda: accepted().total() >= WAITING + CALLS)
    finally:
        workers.stop()

    assert set(accepted().values()) == {1}
    assert accepted().total() == WAITING + CALLS
    with all_companies("test"):
        assert set(session.scalars(select(Message.status))) == {MessageStatus.SENT}
        assert set(session.scalars(select(Message.attempts))) == {1}
    refused = requests.get(f"{strict_plivo}/simulator/refused", timeout=5).json()
    assert refused["api_requests"] == 0
