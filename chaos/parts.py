"""Everything that runs, and may be killed: servers and programs on ports and files of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from chaos.fast_clock import EPOCH_VARIABLE, SPEED
from run import gunicorn_command
from tests.support.services.postgresql import DURABLE, PostgreSQL
from tests.support.services.processes import ServerProcess, free_port
from tests.support.services.rabbitmq import RabbitMQ
from tests.support.services.redis import Redis

ROOT = Path(__file__).resolve().parents[1]
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
SMS_PER_S = 100
CONDITIONS = {
    "calls_per_s": 1_000_000,
    "messages_per_s": SMS_PER_S,
    "api_requests_per_5_s": 1_000_000,
    "api_latency": {"median_ms": 30, "p99_ms": 300},
    "api_errors": {"429": 0.01, "500": 0.01, "502": 0.01, "503": 0.01},
    # Refused, failed, silent, reported twice, backwards or contradicted; accepted without a word.
    "fates": {
        "05": 0.02,
        "10": 0.02,
        "12": 0.02,
        "14": 0.02,
        "17": 0.01,
        "19": 0.01,
        "21": 0.03,
        "22": 0.03,
        "23": 0.03,
        "24": 0.03,
        "30": 0.03,
        "32": 0.03,
        "34": 0.005,
        "35": 0.03,
        "36": 0.02,
        "37": 0.02,
        "38": 0.01,
        "39": 0.01,
    },
    "webhooks": {
        "drop": 0.01,
        "lose_answer": 0.02,
        "delay": 0.02,
        "repeat": 0.1,
        "reorder": 0.1,
        "longest_delay_s": 10,
    },
}


class Part(Protocol):
    """`kill` is SIGKILL to it and all its children; `start` returns when it works again."""

    def start(self) -> None: ...

    def kill(self) -> None: ...


class Program:
    """One of ours; without a port it counts as started at once."""

    def __init__(
        self, command: list[str], environment: Mapping[str, str], port: int | None, log: Path
    ) -> None:
        self._command = command
        self._environment = dict(environment)
        self._ready_url = f"http://127.0.0.1:{port}/healthz" if port else None
        self._log = log
        self.start()

    def start(self) -> None:
        self._process = ServerProcess(
            ["/usr/bin/env", "-i", *_assignments(self._environment), *self._command],
            log=self._log,
            cwd=ROOT,
        )
        url = self._ready_url
        if url is not None:
            self._process.wait_until(lambda: _answers(url))

    def kill(self) -> None:
        self._process.kill()


@dataclass
class Parts:
    """`killable` by name; `database_url` in SQLAlchemy's form."""

    killable: dict[str, Part]
    database_url: str
    simulator_url: str
    webhooks_url: str


def start_everything(folder: Path, stack: ExitStack) -> Parts:
    """Starts it all in `folder`; the stack ends it."""
    postgresql = PostgreSQL(folder / "postgresql", DURABLE)
    stack.callback(postgresql.stop)
    rabbitmq = RabbitMQ(folder / "rabbitmq")
    stack.callback(rabbitmq.stop)
    redis = Redis(folder / "redis")
    stack.callback(redis.stop)
    webhooks_port, simulator_port = free_port(), free_port()
    environment = {
        **inherited(),
        "DATABASE_URL": postgresql.address["url"],
        "CELERY_BROKER_URL": rabbitmq.new_virtual_host()["url"],
        "REDIS_URL": f"{redis.address['url']}/0",
        "WEBHOOKS_PORT": str(webhooks_port),
        "SIMULATOR_PORT": str(simulator_port),
        "SIMULATOR_SPEED": str(SPEED),
        "SIMULATOR_CONDITIONS": json.dumps(CONDITIONS),
        "STATE_DIR": str(folder / "state"),
        "SMS_PER_SECOND": str(SMS_PER_S),
        "API_REQUESTS_PER_5_S": "100000",
        "SMS_PER_RECIPIENT_PER_DAY": "1000",
        "SMS_PER_CALLER_PER_DAY": "1000000",
        "MESSAGE_EXPIRES_AFTER_S": "86400",
        EPOCH_VARIABLE: str(time.time()),
    }
    subprocess.run([sys.executable, "run.py", "setup"], cwd=ROOT, env=environment, check=True)

    def program(name: str, command: list[str], port: int, **more: str) -> Program:
        started = Program(command, environment | more, port, folder / f"{name}.log")
        stack.callback(started.kill)
        return started

    program("simulator", [sys.executable, "-m", "chaos.entry_points.simulator"], simulator_port)
    killable: dict[str, Part] = {
        "database": postgresql,
        "broker": rabbitmq,
        "webhooks": program(
            "webhooks",
            gunicorn_command("chaos.entry_points.webhooks:application", webhooks_port),
            webhooks_port,
        ),
    }
    for name in ("worker 1", "worker 2"):
        port = free_port()
        killable[name] = program(
            name,
            _worker_command(name.replace(" ", "-")),
            port,
            WORKER_PORT=str(port),
            STATE_DIR=str(_made(folder / name)),
        )
    return Parts(
        killable,
        postgresql.address["url"],
        f"http://127.0.0.1:{simulator_port}/simulator",
        f"http://127.0.0.1:{webhooks_port}",
    )


def inherited() -> dict[str, str]:
    """Of our environment, what programs need to run at all: nobody's settings."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def _worker_command(name: str) -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "--quiet", "--app", "chaos.entry_points.worker"),
        *(
            "worker",
            "--hostname",
            f"{name}@%h",
            "--beat",
            "--loglevel",
            "warning",
            "--without-mingle",
            "--without-gossip",
        ),
        *("--pool", "threads", "--concurrency", "8"),
    ]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _assignments(environment: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in environment.items()]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False
