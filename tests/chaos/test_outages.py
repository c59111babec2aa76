"""The database away, then the broker away for ten minutes of the programs' clocks: what callers
hear, and that all comes right by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from chaos.callers import NUMBERS
from chaos.fast_clock import SPEED
from chaos.parts import Parts, start_everything

pytestmark = pytest.mark.slow

BROKER_AWAY_S = 600 / SPEED
CALLS_MEANWHILE = 20
RIGHT_AGAIN_WITHIN_S = 120


@pytest.fixture
def parts(world_readable: Path) -> Iterator[Parts]:
    with ExitStack() as stack:
        parts = start_everything(world_readable, stack)
        calm = {"calls_per_s": 1000, "messages_per_s": 100}
        requests.put(f"{parts.simulator_url}/conditions", json=calm, timeout=5).raise_for_status()
        yield parts


def steps_of_call(parts: Parts, mobile: str) -> list[dict[str, Any]]:
    wanted = {"from": mobile, "to": NUMBERS[0], "speed": 1000}
    answer = requests.post(f"{parts.simulator_url}/calls", json=wanted, timeout=60)
    return [requests.compat.json.loads(line) for line in answer.text.splitlines() if line]


def heard(steps: list[dict[str, Any]]) -> list[str]:
    return [step["kind"] for step in steps if step["kind"] in ("play", "speak", "error_tone")]


def received(parts: Parts, mobile: str) -> int:
    answer = requests.get(f"{parts.simulator_url}/handsets/{mobile}", timeout=5)
    return len(answer.json()["sms"])


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + RIGHT_AGAIN_WITHIN_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come right"
        time.sleep(0.5)


def readiness(parts: Parts) -> tuple[int, str]:
    answer = requests.get(f"{parts.webhooks_url}/readyz", timeout=10)
    return answer.status_code, answer.text.strip()


def test_the_database_and_the_broker_go_away_and_come_back(parts: Parts) -> None:
    database, broker = parts.killable["database"], parts.killable["broker"]

    database.kill()
    assert heard(steps_of_call(parts, "08030000001")) == ["speak"]  # the apology
    assert readiness(parts) == (503, "not ready: database")
    database.start()
    eventually(lambda: readiness(parts)[0] == 200)
    assert heard(steps_of_call(parts, "08030000002")) == ["play"]

    broker.kill()
    began = time.monotonic()
    callers = [f"0804{number:07}" for number in range(CALLS_MEANWHILE)]
    for number, mobile in enumerate(callers):
        due = began + BROKER_AWAY_S * number / CALLS_MEANWHILE
        time.sleep(max(0.0, due - time.monotonic()))
        steps = steps_of_call(parts, mobile)
        assert (heard(steps), steps[-1]["ok"]) == (["play"], True)
    assert readiness(parts)[0] == 200
    broker.start()
    everybody = ["08030000002", *callers]
    eventually(lambda: all(received(parts, mobile) for mobile in everybody))
    assert [received(parts, mobile) for mobile in everybody] == [1] * len(everybody)
    assert received(parts, "08030000001") == 0
