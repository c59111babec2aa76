"""A Redis server of our own, in memory only."""

from __future__ import annotations

from pathlib import Path

from tests.support.services.processes import (
    ServerProcess,
    accepts_connections,
    find_program,
    free_port,
)

DATABASES = 64


class Redis:
    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._port = free_port()
        self._command = [
            find_program("redis-server"),
            *("--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(folder)),
            *("--save", "", "--appendonly", "no", "--databases", str(DATABASES)),
        ]
        self._log = folder.parent / "redis.log"
        self.address = {"url": f"redis://127.0.0.1:{self._port}"}
        self.start()

    def start(self) -> None:
        """Also again, after `kill`: it has forgotten everything then."""
        self._process = ServerProcess(self._command, log=self._log)
        self._process.wait_until(lambda: accepts_connections(self._port))

    def kill(self) -> None:
        self._process.kill()

    def stop(self) -> None:
        self._process.stop()
