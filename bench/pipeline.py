"""Calls answered, until Plivo has accepted their SMS: against bare Flask with one INSERT, whose
task in bare Celery is one HTTP request. Then how long after ④ an SMS is accepted."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from sqlalchemy import create_engine

from bench.support.floor_tables import make_tables
from bench.support.load import as_fast_as_answered, at_rate
from bench.support.servers import Bench, bench
from bench.webhooks import call
from tests.support.services.processes import free_port

ROUNDS = 3
GIVEN_UP_AFTER_S = 120
STEADY_PER_S = 20
CALLS_PER_S = 100
NO_LIMITS_NO_REPORTS = {
    "calls_per_s": 1_000_000,
    "messages_per_s": 1_000_000,
    "api_requests_per_5_s": 1_000_000,
    "webhooks": {"drop": 1},
}


class Sink:
    """The simulator, which accepts every SMS."""

    def __init__(self, servers: Bench) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        servers.environment |= {
            "SIMULATOR_PORT": str(port),
            "SIMULATOR_SPEED": "1",
            "SIMULATOR_CONDITIONS": json.dumps(NO_LIMITS_NO_REPORTS),
            "PLIVO_API_URL": self.url,
        }
        servers.start("simulator", [sys.executable, "-m", "simulator"], port)

    def reset(self) -> None:
        requests.post(f"{self.url}/simulator/reset", timeout=10).raise_for_status()

    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = requests.get(
            f"{self.url}/simulator/messages", timeout=30
        ).json()["messages"]
        return found

    def wait_for(self, count: int) -> datetime:
        """When the last of them was accepted."""
        deadline = time.monotonic() + GIVEN_UP_AFTER_S
        while len(found := self.messages()) < count:
            if time.monotonic() > deadline:
                raise SystemExit(f"only {len(found)} of {count} SMS accepted")
            time.sleep(0.2)
        return max(datetime.fromisoformat(message["accepted_at"]) for message in found)


def start_worker(servers: Bench, app: str, name: str, port: int | None, **settings: str) -> None:
    """As run.py starts it."""
    command = [
        *(sys.executable, "-m", "celery", "--quiet", "--app", app, "worker", "--beat"),
        *("--schedule", str(servers.folder / f"{name}-beat"), "--hostname", f"{name}@%h"),
        *("--loglevel", "warning", "--without-mingle", "--without-gossip"),
        *("--pool", "threads", "--concurrency", "8"),
    ]
    servers.start(name, command, port, **settings)


def throughput(sink: Sink, port: int, path: str, count: int) -> float:
    """SMS accepted per second."""
    sink.reset()
    calls = [call(port, path, f"8180{10_000_000 + n}", str(uuid.uuid4())) for n in range(count)]
    began = datetime.now(UTC)
    as_fast_as_answered(port, calls)
    return count / (sink.wait_for(count) - began).total_seconds()


def delays_s(sink: Sink, port: int, count: int) -> list[float]:
    """From the answer that plays ④ to the acceptance, at a steady rate, sorted."""
    sink.reset()
    calls = [
        call(port, "/ivr/answer", f"8180{30_000_000 + n}", str(uuid.uuid4())) for n in range(count)
    ]
    began = datetime.now(UTC)
    at_rate(port, calls, STEADY_PER_S)
    sink.wait_for(count)
    due = {
        f"8180{30_000_000 + n}": began + timedelta(seconds=n / STEADY_PER_S) for n in range(count)
    }
    return sorted(
        (datetime.fromisoformat(m["accepted_at"]) - due[m["recipient"]]).total_seconds()
        for m in sink.messages()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    count = 300 if parser.parse_args().quick else 2000
    with bench() as servers:
        make_tables(create_engine(servers.database_url))
        sink = Sink(servers)
        floor_port = servers.serve_floor()
        port = servers.serve("ivr_webhooks.wsgi:application")
        servers.environment["PUBLIC_BASE_URL"] = f"http://127.0.0.1:{port}"
        start_worker(
            servers,
            "bench.support.floor_worker",
            "floor-worker",
            None,
            CELERY_BROKER_URL=servers.floor_broker_url,
        )
        worker_port = free_port()
        start_worker(
            servers, "worker.celery_app", "worker", worker_port, WORKER_PORT=str(worker_port)
        )
        for warm_port, path in ((floor_port, "/pipeline"), (port, "/ivr/answer")):
            throughput(sink, warm_port, path, 50)
        rates: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            rates[0].append(throughput(sink, floor_port, "/pipeline", count))
            rates[1].append(throughput(sink, port, "/ivr/answer", count))
        floor, product = (statistics.median(each) for each in rates)
        print(f"floor   {floor:6.0f} SMS/s\nproduct {product:6.0f} SMS/s")
        pairs = zip(rates[1], rates[0], strict=True)
        print(f"pipeline {statistics.median(our / least for our, least in pairs):.2f} × the floor")
        numbers = (f"8180{20_000_000 + n}" for n in range(count))
        calls = [call(port, "/ivr/answer", number, str(uuid.uuid4())) for number in numbers]
        sink.reset()
        print(f"answers at {CALLS_PER_S} calls/s, SMS and all: {at_rate(port, calls, CALLS_PER_S)}")
        sink.wait_for(count)
        waits = delays_s(sink, port, count // 5)
        print(
            f"from ④ to accepted at {STEADY_PER_S} calls/s: p50 {statistics.median(waits):.2f} s, "
            f"p95 {waits[int(len(waits) * 0.95)]:.2f} s"
        )


if __name__ == "__main__":
    main()
