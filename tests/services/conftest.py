"""The real simulator as Plivo, its REST API spoken by the real SDK."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from argon2 import PasswordHasher

from app.domain import passwords
from app.domain.mail_texts import Sender
from app.domain.roles import Role
from app.models.tenant_scope import all_companies
from app.providers.plivo.client import SmsClient
from app.services import mails
from app.services.company_users import Manager
from config import DEVELOPMENT_AUTH_ID, DEVELOPMENT_AUTH_TOKEN
from tests.services.company_users_support import Place
from tests.support import factories
from tests.support.services.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 20


@pytest.fixture(scope="session")
def simulator_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_simulator(tmp_path_factory.mktemp("simulator"), speed=500) as url:
        yield url


@contextmanager
def running_simulator(state_dir: Path, *, speed: int, conditions: str = "") -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "SIMULATOR_PORT": str(port),
        "SIMULATOR_SPEED": str(speed),
        "SIMULATOR_CONDITIONS": conditions,
        "STATE_DIR": str(state_dir),
        "PUBLIC_BASE_URL": "http://127.0.0.1:9",
    }
    process = subprocess.Popen([sys.executable, "-m", "simulator"], cwd=ROOT, env=environment)
    try:
        _wait_until_up(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(READY_WITHIN_S)


@pytest.fixture
def sms_client(simulator_url: str) -> SmsClient:
    """With a time-out shorter than the simulator's longest silence."""
    return SmsClient(DEVELOPMENT_AUTH_ID, DEVELOPMENT_AUTH_TOKEN, simulator_url, timeout_s=0.5)


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            requests.get(f"{url}/healthz", timeout=1).raise_for_status()
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the simulator did not start")


@pytest.fixture
def quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords hashed cheaply: 200 guesses at once would take 13 GB of memory otherwise."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)
    monkeypatch.setattr(passwords, "_NOBODYS_HASH", cheap.hash("nobody's"))
    monkeypatch.setattr(factories, "PASSWORD_HASH", cheap.hash(factories.PASSWORD))


@pytest.fixture
def told() -> list[int]:
    """The mails that the worker was told of, by id."""
    ids: list[int] = []
    sender = Sender("https://portal.example", "Todoku", "https://support.example", "a@a.example")
    mails.configure(sender, ids.append)
    return ids


@pytest.fixture
def everywhere() -> Iterator[None]:
    with all_companies("test"):
        yield


@pytest.fixture
def place(told: list[int]) -> Place:
    company = factories.company("デモ株式会社")
    head, branch = factories.account("本店", of=company), factories.account("支店", of=company)
    admin = factories.member_of(head, Role.COMPANY_ADMIN)
    foreign = factories.account("本社")
    return Place(company, head, branch, admin, foreign, Manager(admin.id, company.id))
