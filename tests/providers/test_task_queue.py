"""Telling the worker: over each real broker, and never at a caller's cost."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import pytest
from celery import Celery
from redis.exceptions import RedisError

from app.providers import task_queue
from app.providers.broker import SEND_MAIL, SEND_NEXT, celery_client, queue_length
from app.providers.task_queue import TaskQueue

ARRIVES_WITHIN_S = 10


@pytest.mark.parametrize("broker", ["redis_url", "rabbitmq_url"])
def test_the_worker_is_told(broker: str, request: pytest.FixtureRequest) -> None:
    url: str = request.getfixturevalue(broker)
    TaskQueue(url).send_message(uuid.uuid4())
    task, arguments = next_task(celery_client(url))
    assert task == SEND_NEXT
    assert arguments == [1]
    TaskQueue(url).send_mail(7)
    assert next_task(celery_client(url)) == (SEND_MAIL, ["7"])


def test_a_dead_broker_costs_nothing_and_raises_nothing() -> None:
    queue = TaskQueue("redis://127.0.0.1:1/0")
    began = time.monotonic()
    for _ in range(5):
        queue.send_message(uuid.uuid4())
    assert time.monotonic() - began < 0.5


def test_a_full_queue_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_queue, "CAPACITY", 1)
    queue = TaskQueue("redis://127.0.0.1:1/0")
    for _ in range(5):
        queue.send_message(uuid.uuid4())


@pytest.mark.parametrize("broker", ["redis_url", "rabbitmq_url"])
def test_how_many_tasks_wait(broker: str, request: pytest.FixtureRequest) -> None:
    url: str = request.getfixturevalue(broker)
    assert queue_length(url, 5) == 0
    queue = TaskQueue(url)
    for number in range(3):
        queue.send_mail(number)
    eventually(lambda: queue_length(url, 5) == 3)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "amqp://127.0.0.1:1//"])
def test_nobody_can_be_asked_how_many(url: str) -> None:
    with pytest.raises((OSError, RedisError)):
        queue_length(url, 1)


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + ARRIVES_WITHIN_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def next_task(client: Celery) -> tuple[str, list[str]]:
    """The next task waiting in the queue that workers read."""
    deadline = time.monotonic() + ARRIVES_WITHIN_S
    with client.connection_for_read() as connection:
        queue = client.amqp.queues[client.conf.task_default_queue](connection.default_channel)
        queue.declare()
        while (message := queue.get()) is None:
            assert time.monotonic() < deadline, "nothing arrived"
            time.sleep(0.02)
        message.ack()
    arguments, _, _ = message.payload
    return message.headers["task"], arguments
