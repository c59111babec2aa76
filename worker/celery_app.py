"""The Celery app: `celery -A worker.celery_app worker --beat`, or `python run.py worker`."""

from __future__ import annotations

import logging
import threading
from typing import Any

from celery import Celery
from celery.signals import task_postrun, worker_process_init, worker_ready
from flask import Flask
from werkzeug.serving import make_server

import config
from app import health, private_logs
from app.models import database
from app.providers import broker
from worker.schedule import SCHEDULE

private_logs.install()
settings = config.load()

celery_app = Celery(
    "todoku",
    broker=settings.celery_broker_url,
    include=[
        "worker.sms_tasks",
        "worker.mail_tasks",
        "worker.publication_tasks",
        "worker.audio_tasks",
        "worker.count_tasks",
        "worker.nightly_tasks",
        "worker.heartbeats",
    ],
)
celery_app.conf.update(broker.options(settings.celery_broker_url))
celery_app.conf.update(
    beat_schedule=SCHEDULE,
    beat_schedule_filename=str(settings.state_dir / "beat-schedule"),
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    timezone="Asia/Tokyo",
)

STATEMENT_TIMEOUT_S = 300
"""No task's statement should take so long: one that does stops instead of holding its locks."""

engine = database.configure(settings.database_url, statement_timeout_s=STATEMENT_TIMEOUT_S)


@worker_process_init.connect
def _own_connections(**_: Any) -> None:
    """A forked child must not use its parent's database connections, nor close them."""
    engine.dispose(close=False)


@task_postrun.connect
def _give_back_the_session(**_: Any) -> None:
    database.session.remove()


@worker_ready.connect
def _serve_health(**_: Any) -> None:
    """The worker serves no pages but these."""
    pages = Flask("worker")
    pages.register_blueprint(
        health.blueprint({"database": health.database_answers, "broker": _broker_answers})
    )
    server = make_server("127.0.0.1", settings.worker_port, pages, threaded=True)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()


def _broker_answers() -> None:
    with celery_app.connection_for_read() as connection:
        connection.ensure_connection(max_retries=1, timeout=broker.CONNECT_TIMEOUT_S)
