"""Serving the simulator: gunicorn with one worker process, because the state is in its memory."""

import signal
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from simulator.app import create_app
from simulator.settings import Settings

THREADS = 128
STOP_WITHIN_S = 2


class _Server(BaseApplication):
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("bind", f"127.0.0.1:{self._settings.port}")
        self.cfg.set("workers", 1)
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("threads", THREADS)
        self.cfg.set("graceful_timeout", STOP_WITHIN_S)
        self.cfg.set("control_socket_disable", True)
        self.cfg.set("loglevel", "warning")
        self.cfg.set("post_worker_init", _end_streams_on_exit)
        self.cfg.set("proc_name", "simulator")

    def load(self) -> Flask:
        return create_app(self._settings)


def _end_streams_on_exit(worker: Any) -> None:
    """Event streams never end by themselves: told in time, they let the worker go quietly."""
    exchange = worker.wsgi.extensions["exchange"]
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        gunicorns = signal.getsignal(number)

        def handle(signum: int, frame: FrameType | None, then: Any = gunicorns) -> None:
            exchange.is_closing = True
            then(signum, frame)

        signal.signal(number, handle)


def serve(settings: Settings) -> None:
    """Serves on 127.0.0.1 until SIGTERM or SIGINT; open event streams end with it."""
    print(f"simulator: http://127.0.0.1:{settings.port}/ → {settings.public_base_url}", flush=True)
    _Server(settings).run()
