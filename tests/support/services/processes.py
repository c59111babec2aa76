"""Starting a server as a child process, waiting until it answers, and ending it for sure."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0
PACKAGES = "tests/support/install_packages.sh"


class NotStarted(RuntimeError):
    """A server did not come up; the message carries the end of its log."""


def free_port() -> int:
    """A TCP port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def find_program(name: str, *folders: str) -> str:
    """The path of a program, from `folders` or PATH. Raises NotStarted where it is missing."""
    path = shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))
    if path is None:
        raise NotStarted(f"{name} is not installed: run {PACKAGES} as root, or make test")
    return path


def as_user(name: str) -> dict[str, Any]:
    """Popen arguments to start a program as `name` if we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


class ServerProcess:
    """A server in a session of its own: Ctrl-C in the terminal reaches it only through us."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        env: Mapping[str, str] | None = None,
        **popen: Any,
    ) -> None:
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                start_new_session=True,
                **popen,
            )

    def wait_until(self, ready: Callable[[], bool], timeout_s: float = START_TIMEOUT_S) -> None:
        """Return once `ready()` holds. Raises NotStarted when the process ends first, or late."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise NotStarted(f"{self._process.args!r} did not start:\n{self._log_end()}")
            time.sleep(0.05)

    def stop(self, ask: signal.Signals = signal.SIGTERM) -> None:
        """End the process and all that it started: asked first, killed after STOP_TIMEOUT_S."""
        if self._process.poll() is None:
            self._process.send_signal(ask)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_TIMEOUT_S)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def kill(self) -> None:
        """End the process and all that it started, at once and without asking, as a power cut
        would."""
        with suppress(psutil.NoSuchProcess):
            family = psutil.Process(self._process.pid).children(recursive=True)
            self._process.kill()
            for child in family:
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            psutil.wait_procs(family, timeout=STOP_TIMEOUT_S)
        self._process.wait()

    def _log_end(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]


def accepts_connections(port: int) -> bool:
    """Whether something listens on the loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
