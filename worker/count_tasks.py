"""Celery's side of counting calls."""

from __future__ import annotations

import logging
import math

from prometheus_client import Gauge
from sqlalchemy.exc import SQLAlchemyError

from app.models import database
from app.services import call_counting
from worker.celery_app import celery_app

log = logging.getLogger(__name__)


@celery_app.task
def count_calls() -> None:
    for day in call_counting.days_due():
        call_counting.count_day(day)


@celery_app.task
def reconcile_call_counts() -> None:
    """Every day whose calls are kept is counted again, and what was wrong is reported."""
    for day in call_counting.days_kept():
        call_counting.count_day(day)


def _corrections() -> float:
    """Read from the database: the child that counted is not the process that is asked."""
    try:
        return call_counting.corrections()
    except SQLAlchemyError:
        log.warning("the corrections cannot be told", exc_info=True)
        return math.nan
    finally:
        database.session.remove()


Gauge(
    "todoku_call_counts_corrected", "Days of accounts whose call counts were found wrong, ever"
).set_function(_corrections)
