"""Doing things at the same moment, to see what races do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from app.models import database


def at_once(*functions: Callable[[], Any]) -> list[Any]:
    """Run each in a thread of its own, all released together.

    Returns what each returned, or the exception it raised.

    Each thread has its own database session, which is given back.
    """
    start = threading.Barrier(len(functions))

    def run(function: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return function()
        except Exception as error:
            return error
        finally:
            database.session.remove()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions))
