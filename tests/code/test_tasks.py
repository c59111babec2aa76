"""Every task that something names is a task that the worker knows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from celery import Celery

from worker.celery_app import celery_app
from worker.schedule import SCHEDULE

WORKER = Path(__file__).resolve().parents[2] / "worker"


@pytest.fixture(scope="module")
def worker() -> Celery:
    celery_app.loader.import_default_modules()
    return celery_app


def test_scheduled_tasks_are_registered(worker: Celery) -> None:
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(worker.tasks)


def test_every_file_with_tasks_is_loaded(worker: Celery) -> None:
    with_tasks = {
        f"worker.{path.stem}"
        for path in WORKER.glob("*.py")
        if any(
            "celery_app.task" in ast.unparse(decorator)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
            for decorator in node.decorator_list
        )
    }
    assert with_tasks
    assert with_tasks <= set(worker.conf.include)


def test_a_lost_worker_loses_no_task(worker: Celery) -> None:
    assert worker.conf.task_acks_late
    assert worker.conf.task_reject_on_worker_lost
