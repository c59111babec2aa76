"""「稼働状況」 while real parts die: it answers within two seconds, and names what is dead."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import pytest
from flask import Flask
from sqlalchemy import Engine

import run
from app import clock
from app.models.database import session
from app.portal.factory import create_app
from config import Settings
from tests.portal.conftest import Visitor
from tests.support import factories
from tests.support.services.processes import ServerProcess, free_port

pytestmark = [pytest.mark.slow, pytest.mark.any_database]

ROOT = Path(__file__).resolve().parents[2]
HEALTH = "/back-office/health/"
A_PAGE_MAY_TAKE_S = 2.0
LOOKS = 3  # of which the quickest counts: other tests share the machine
PATIENCE_S = 60.0


@dataclass
class Parts:
    """Real programs, each killed by its name."""

    settings: Settings
    running: dict[str, ServerProcess]

    def process(self, name: str) -> psutil.Process:
        return psutil.Process(self.running[name]._process.pid)


@pytest.fixture
def parts(db: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    folder = tmp_path_factory.mktemp("h")  # short: the path of a unix socket has 107 bytes at most
    simulator_port, worker_port = free_port(), free_port()
    settings = Settings(
        state_dir=folder,
        database_url=session.get_bind().engine.url.render_as_string(hide_password=False),
        simulator_port=simulator_port,
        worker_port=worker_port,
    )
    environment = {
        "STATE_DIR": str(folder),
        "DATABASE_URL": settings.database_url,
        "SIMULATOR_PORT": str(simulator_port),
        "WORKER_PORT": str(worker_port),
    }
    running: dict[str, ServerProcess] = {}
    with ExitStack() as stack:
        for name in ("broker", "simulator", "worker"):
            command = run.commands(settings)[name]
            running[name] = ServerProcess(command, folder / f"{name}.log", environment, cwd=ROOT)
            stack.callback(running[name].kill)
        yield Parts(settings, running)


@pytest.fixture
def operator(parts: Parts) -> Visitor:
    portal: Flask = create_app(parts.settings, [].append)
    someone = Visitor(portal)
    someone.get("/sign-in")
    someone.post("/language", language="en")
    return someone.sign_in(factories.user(is_operator=True))


def look(operator: Visitor) -> str:
    """The page, and that it came in time."""
    took = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        page = operator.text(HEALTH)
        took.append(time.perf_counter() - began)
    assert min(took) < A_PAGE_MAY_TAKE_S
    return page


def eventually(operator: Visitor, *said: str) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        page = operator.text(HEALTH)
        if all(words in page for words in said):
            return page
        assert time.monotonic() < deadline, page
        time.sleep(0.2)


def test_parts_die_one_after_the_other(
    parts: Parts, operator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = eventually(operator, "Everything is well.")
    assert f"worker-{parts.settings.worker_port}@" in page

    parts.running["simulator"].kill()
    assert "Plivo's API does not answer" in look(operator)

    parts.process("broker").send_signal(signal.SIGSTOP)  # alive, and silent
    assert "The broker does not answer." in look(operator)
    parts.running["broker"].kill()
    assert "The broker does not answer." in look(operator)
    assert "Every worker that reported is alive." in operator.text(HEALTH)

    parts.running["worker"].kill()
    pretend_later(monkeypatch, timedelta(seconds=60))
    page = look(operator)
    assert "No worker is alive" in page
    assert "The regular tasks are not done" in page


def test_a_worker_that_is_told_to_end_is_not_missed(parts: Parts, operator: Visitor) -> None:
    name = f"worker-{parts.settings.worker_port}@"
    eventually(operator, name, "Everything is well.")
    parts.running["worker"].stop()
    page = operator.text(HEALTH)
    assert name not in page
    assert "No worker is alive" in page


def pretend_later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    now: Callable[[], datetime] = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + by)
