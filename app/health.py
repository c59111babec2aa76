"""/healthz (alive), /readyz (can do its work) and /metrics (Prometheus), the same for every
program."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from app.models.database import session

log = logging.getLogger(__name__)

Check = Callable[[], None]


def database_answers() -> None:
    """Raises when the database cannot be asked."""
    try:
        session.execute(text("SELECT 1"))
    finally:
        session.remove()


def blueprint(checks: Mapping[str, Check]) -> Blueprint:
    """The three pages; `checks` are named functions that raise when a part is missing."""
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @pages.get("/readyz")
    def readyz() -> Response:
        failing = [name for name, check in checks.items() if not _passes(name, check)]
        if failing:
            return Response(f"not ready: {', '.join(failing)}\n", status=503, mimetype="text/plain")
        return Response("ready\n", mimetype="text/plain")

    @pages.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    return pages


def _passes(name: str, check: Check) -> bool:
    try:
        check()
    except Exception:  # whatever is wrong with the part, the answer is "not ready"
        log.warning("not ready: %s", name, exc_info=True)
        return False
    return True
