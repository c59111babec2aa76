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
        port = free_port()
        self._process = ServerProcess(
            [
                find_program("redis-server"),
                *("--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)),
                *("--save", "", "--appendonly", "no", "--databases", str(DATABASES)),
            ],
            log=folder.parent / "redis.log",
        )
        self._process.wait_until(lambda: accepts_connections(port))
        self.address = {"url": f"redis://127.0.0.1:{port}"}

    def stop(self) -> None:
        self._process.stop()
