"""A PostgreSQL server of our own: a fresh cluster that makes no promise to survive."""

from __future__ import annotations

import glob
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support.services.processes import (
    NotStarted,
    ServerProcess,
    as_user,
    find_program,
    free_port,
)

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "lock_timeout": "20s",
}
DURABLE = SETTINGS | {
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
}
"""What was committed survives a killed server, though not a power cut."""


class PostgreSQL:
    def __init__(self, folder: Path, settings: Mapping[str, str] = SETTINGS) -> None:
        binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)
        user = as_user(SUPERUSER)
        folder.mkdir()
        if user:
            shutil.chown(folder, user["user"], user["group"])
        data = folder / "data"
        made = subprocess.run(
            [
                find_program("initdb", *binaries),
                *("--pgdata", str(data), "--username", SUPERUSER, "--auth", "trust"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
            ],
            cwd=folder,
            env={"PATH": os.environ["PATH"]},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            **user,
        )
        if made.returncode != 0:
            raise NotStarted(f"initdb failed:\n{made.stdout}\n{made.stderr}")
        port = str(free_port())
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self._command = [
            find_program("postgres", *binaries),
            *("-D", str(data), "-p", port, *options),
        ]
        self._is_ready = [find_program("pg_isready", *binaries), "-h", "127.0.0.1", "-p", port]
        self._log = folder.parent / "postgresql.log"
        self._popen = {"cwd": folder, **user}
        self.address = {"url": f"postgresql+psycopg://{SUPERUSER}@127.0.0.1:{port}/postgres"}
        self.start()

    def start(self) -> None:
        """Also again, after `kill`."""
        self._process = ServerProcess(self._command, log=self._log, **self._popen)
        # It accepts connections while it still starts up, and refuses to talk on them.
        self._process.wait_until(
            lambda: subprocess.run(self._is_ready, stdout=subprocess.DEVNULL).returncode == 0
        )

    def kill(self) -> None:
        self._process.kill()

    def stop(self) -> None:
        self._process.stop(
            ask=signal.SIGINT
        )  # PostgreSQL's "fast shutdown": it does not wait for its clients
