"""Owns the servers of a test run: `python -m tests.support.services.keeper FOLDER`.

It answers requests on FOLDER/keeper.sock, from every xdist worker, and starts a server when it is
first asked for. It ends when its standard input does, which also happens when the test run is
killed: then it stops what it started and removes FOLDER.
"""

from __future__ import annotations

import shutil
import signal
import sys
import threading
import traceback
from multiprocessing.connection import Connection, Listener
from pathlib import Path

from tests.support.services.postgresql import PostgreSQL
from tests.support.services.rabbitmq import RabbitMQ
from tests.support.services.redis import Redis

SOCKET_NAME = "keeper.sock"
KINDS: dict[str, type[PostgreSQL] | type[Redis] | type[RabbitMQ]] = {
    "postgresql": PostgreSQL,
    "redis": Redis,
    "rabbitmq": RabbitMQ,
}


class Keeper:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, PostgreSQL | Redis | RabbitMQ] = {}
        self._failed: dict[str, str] = {}
        self._locks = {kind: threading.Lock() for kind in KINDS}

    def server(self, kind: str) -> PostgreSQL | Redis | RabbitMQ:
        """The running server of this kind. One that failed to start is not tried again."""
        with self._locks[kind]:
            if kind in self._failed:
                raise RuntimeError(self._failed[kind])
            if kind not in self._running:
                try:
                    self._running[kind] = KINDS[kind](self._folder / kind)
                except Exception as error:
                    self._failed[kind] = str(error)
                    raise
            return self._running[kind]

    def answer(self, kind: str) -> dict[str, str]:
        server = self.server(kind)
        return server.new_virtual_host() if isinstance(server, RabbitMQ) else server.address

    def stop(self) -> None:
        for kind, lock in self._locks.items():
            with lock:
                self._failed[kind] = "the test run has ended"
                if kind in self._running:
                    self._running.pop(kind).stop()


def _serve(connection: Connection, keeper: Keeper) -> None:
    with connection:
        try:
            answer = keeper.answer(connection.recv())
        except Exception:
            answer = {"error": traceback.format_exc(limit=0)}
        connection.send(answer)


def _accept(listener: Listener, keeper: Keeper) -> None:
    while True:
        connection = listener.accept()
        threading.Thread(target=_serve, args=(connection, keeper), daemon=True).start()


def main(folder: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    keeper = Keeper(folder)
    listener = Listener(str(folder / SOCKET_NAME), family="AF_UNIX")
    threading.Thread(target=_accept, args=(listener, keeper), daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    try:
        sys.stdin.read()
    finally:
        keeper.stop()
        listener.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
