"""`celery -A chaos.entry_points.worker worker --beat`; what beat starts comes as often by the fast
clock as else by the real one."""

from __future__ import annotations

from chaos.fast_clock import SPEED
from worker.celery_app import celery_app

__all__ = ["celery_app"]

for entry in celery_app.conf.beat_schedule.values():
    if isinstance(entry["schedule"], float):
        entry["schedule"] /= SPEED
