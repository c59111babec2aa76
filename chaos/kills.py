"""Killing parts at random while calls are made, as many as wanted, spread over all calls."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter

from chaos.parts import Part

LONGEST_DOWN_S = 2.0
CALLS_AHEAD = 2
"""Calls wait when they are so many kills ahead: a broker takes 10 s to come back."""


class Killer:
    """Kills `kills` times during `calls` calls, one part after the other."""

    def __init__(self, parts: dict[str, Part], *, kills: int, calls: int, seed: int) -> None:
        self._parts = parts
        self._kills = kills
        self._calls = calls
        self._dice = random.Random(seed)
        self._changed = threading.Condition()
        self._begun = 0
        self._done = 0
        self.killed: Counter[str] = Counter()
        self.failure: BaseException | None = None

    def call_begins(self) -> None:
        """Every caller says so before he dials, and waits where the kills are far behind."""
        with self._changed:
            self._begun += 1
            self._changed.notify_all()
            wanted = self._begun * self._kills // self._calls - CALLS_AHEAD
            self._changed.wait_for(lambda: self._done >= wanted or self.failure is not None)

    def run(self) -> None:
        """Returns when all kills are done and every part works again."""
        try:
            for number in range(1, self._kills + 1):
                with self._changed:
                    due = number * self._calls / (self._kills + 1)
                    self._changed.wait_for(lambda due=due: self._begun >= due)  # type: ignore[misc]
                self._kill_one()
                with self._changed:
                    self._done += 1
                    self._changed.notify_all()
        except BaseException as failure:
            with self._changed:
                self.failure = failure
                self._changed.notify_all()

    def _kill_one(self) -> None:
        name = self._dice.choice(list(self._parts))
        self.killed[name] += 1
        self._parts[name].kill()
        time.sleep(self._dice.uniform(0, LONGEST_DOWN_S))
        self._parts[name].start()
