"""How many downloads may run at once: each keeps a thread of its portal process as long as the
receiver takes to read."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from app.domain.refusals import Refusal

PER_ACCOUNT = 3
PER_PROCESS = 10  # of 16 threads: the other screens go on answering

_lock = threading.Lock()
_taken: Counter[int] = Counter()


def take(account_id: int) -> Callable[[], None]:
    """Take a slot; what is returned gives it back, however often it is called.

    Raises Refusal: downloads_of_account (with the limit), downloads_of_all.
    """
    with _lock:
        if _taken[account_id] >= PER_ACCOUNT:
            raise Refusal("downloads_of_account", limit=PER_ACCOUNT)
        if _taken.total() >= PER_PROCESS:
            raise Refusal("downloads_of_all")
        _taken[account_id] += 1
    held = threading.Lock()

    def give_back() -> None:
        if held.acquire(blocking=False):
            with _lock:
                _taken[account_id] -= 1

    return give_back


def free_all() -> None:
    """As if nothing ran."""
    with _lock:
        _taken.clear()
