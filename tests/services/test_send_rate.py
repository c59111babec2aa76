"""Plivo's limits hold for all workers together, with Redis and without."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from app.models.database import session
from app.providers.shared_rate import SharedRate
from app.services.send_rate import Reserve, SendRate, reserve_in_database

INTERVAL_S = 0.5
PATIENT_S = 1000.0


@pytest.fixture(params=["redis", "database"])
def reserve(request: pytest.FixtureRequest, db: Engine, redis_url: str) -> Reserve:
    return SharedRate(redis_url).reserve if request.param == "redis" else reserve_in_database


def test_of_many_at_once_each_gets_a_moment_of_its_own(reserve: Reserve) -> None:
    def moment(_: int) -> float:
        wait_s = reserve("send", INTERVAL_S, PATIENT_S)
        session.remove()
        assert wait_s is not None
        return wait_s + time.time()

    with ThreadPoolExecutor(8) as workers:
        moments = sorted(workers.map(moment, range(40)))
    between_s = [later - sooner for sooner, later in itertools.pairwise(moments)]
    assert sum(between_s) == pytest.approx(39 * INTERVAL_S, abs=INTERVAL_S / 2)
    assert min(between_s) > INTERVAL_S / 2


def test_who_would_wait_too_long_takes_nothing(reserve: Reserve) -> None:
    assert reserve("send", 10.0, 1.0) == 0
    assert reserve("send", 10.0, 1.0) is None
    wait_s = reserve("send", 10.0, 11.0)
    assert wait_s is not None
    assert 9 < wait_s <= 10


def test_buckets_are_apart(reserve: Reserve) -> None:
    assert reserve("send", 10.0, 0.0) == 0
    assert reserve("ask", 10.0, 0.0) == 0


def test_an_unused_moment_is_not_saved_up(reserve: Reserve) -> None:
    reserve("send", 0.01, 1.0)
    time.sleep(0.1)
    waits = [reserve("send", 0.2, 1.0) for _ in range(3)]
    assert waits[0] == 0
    assert waits[1] is not None
    assert waits[1] > 0.1


def test_sending_leaves_requests_to_questions() -> None:
    asked: dict[str, float] = {}

    def reserve(bucket: str, interval_s: float, _most_wait_s: float) -> float:
        asked[bucket] = 1 / interval_s
        return 0.0

    rate = SendRate(1000, 300, reserve)
    assert rate.wait_to_send()
    assert rate.wait_to_list()
    assert asked["send"] + asked["ask"] <= 60
    assert asked["ask"] > 10
    assert asked["list"] <= 20 / 60 + 1e-9
