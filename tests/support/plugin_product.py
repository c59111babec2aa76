"""The whole product as its users start it: `run.py`, on ports and files of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from tests.support.services.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 60
ENDED_WITHIN_S = 20
PROGRAMS = ("portal", "webhooks", "worker", "simulator")
# Settings of the person who runs the tests must not reach the product under test.
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE")


@dataclass
class Product:
    """A running product. `ports` has the names in PROGRAMS; `environment` is what it got."""

    state_dir: Path
    ports: dict[str, int]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    def url(self, program: str, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.ports[program]}{path}"

    def place_call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`python -m simulator call …` against this product."""
        return subprocess.run(
            [sys.executable, "-m", "simulator", "call", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )


@contextmanager
def start_product(**settings: str) -> Iterator[Product]:
    """Start it with these settings (named as in the environment); wait until all is ready.

    Ends it with Ctrl-C's signal and checks that it ended well: status 0, no process left behind.
    """
    # A short path: the broker's unix socket lies in it, and such a path has 107 bytes at most.
    state_dir = Path(tempfile.mkdtemp(prefix="todoku-run-"))
    ports = {program: free_port() for program in PROGRAMS}
    environment = {
        **{name: os.environ[name] for name in INHERITED if name in os.environ},
        **{f"{program.upper()}_PORT": str(port) for program, port in ports.items()},
        "STATE_DIR": str(state_dir),
        **settings,
    }
    log = state_dir / "run.log"
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "run.py"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        product = Product(state_dir, ports, environment, log, process)
        try:
            _wait_until_ready(product)
            yield product
        except BaseException:
            _kill(process)
            raise
        if process.poll() != -signal.SIGKILL:  # else a test has killed it, and looks after the rest
            _end(product)
    finally:
        shutil.rmtree(state_dir, ignore_errors=True)


@pytest.fixture
def running_product() -> Iterator[Callable[..., Product]]:
    """Starts products: `running_product(DATABASE_URL=…)`. They end, checked, after the test."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(start_product(**settings))


@pytest.fixture(scope="session")
def embedded_product() -> Iterator[Product]:
    """One per xdist worker, all embedded, for tests that do not mind each other."""
    with start_product() as product:
        yield product


def _wait_until_ready(product: Product) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    waiting = set(product.ports)
    while waiting:
        if product.process.poll() is not None:
            raise AssertionError(f"the product ended before it was ready:\n{_log_end(product)}")
        if time.monotonic() > deadline:
            raise AssertionError(f"not ready: {sorted(waiting)}\n{_log_end(product)}")
        time.sleep(0.1)
        waiting = {name for name in waiting if not _is_ready(product.url(name, "/readyz"))}


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _end(product: Product) -> None:
    family = psutil.Process(product.process.pid).children(recursive=True)
    product.process.send_signal(signal.SIGINT)
    try:
        status = product.process.wait(ENDED_WITHIN_S)
    except subprocess.TimeoutExpired:
        log = _log_end(product)
        _kill(product.process)
        raise AssertionError(f"still running {ENDED_WITHIN_S} s after Ctrl-C:\n{log}") from None
    _, left = psutil.wait_procs(family, timeout=2)
    left = [process for process in left if process.status() != psutil.STATUS_ZOMBIE]
    commands = [" ".join(process.cmdline()) for process in left]
    for process in left:
        process.kill()
    assert not commands, f"left behind: {commands}"
    assert status == 0, f"ended with status {status}:\n{_log_end(product)}"


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        for child in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                child.kill()
        process.kill()
    process.wait()


def _log_end(product: Product) -> str:
    return product.log.read_text(errors="replace")[-4000:]
