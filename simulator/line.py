"""The caller's end of the line: time that can run fast, keys, and hanging up."""

import threading
import time
from collections import deque
from collections.abc import Sequence

HANGS_UP_INTO_S = 0.5


class CallerHungUp(Exception):
    """The caller has put the phone down."""


class Line:
    """One caller. Seconds are seconds of the call: a ``speed`` of 20 makes them 20 times shorter.

    ``script`` holds what the caller keys in, one entry per prompt; ``hangup_after`` N hangs up
    while hearing the Nth thing (a Play, a Speak, or the silence waiting for keys).
    """

    def __init__(
        self, speed: float, script: Sequence[str] = (), hangup_after: int | None = None
    ) -> None:
        self._speed = speed
        self._script = deque(script)
        self._hangup_after = hangup_after
        self._heard = 0
        self._changed = threading.Condition()
        self._keys: deque[str] = deque()
        self._hung_up = False
        self._began = time.monotonic()
        self._skipped_s = 0.0

    def elapsed_s(self) -> float:
        """Seconds of the call so far."""
        return time.monotonic() - self._began + self._skipped_s

    def press(self, keys: str) -> None:
        with self._changed:
            self._keys.extend(keys)
            self._changed.notify_all()

    def hang_up(self) -> None:
        with self._changed:
            self._hung_up = True
            self._changed.notify_all()

    @property
    def is_hung_up(self) -> bool:
        return self._hung_up

    @property
    def has_key(self) -> bool:
        """Whether a key waits to be read."""
        return bool(self._keys)

    def hear(self, seconds: float, *, until_key: bool = False) -> None:
        """Listens; a key cuts it short when ``until_key``. Raises CallerHungUp."""
        self._heard += 1
        if self._heard == self._hangup_after:
            self._wait(min(seconds / 2, HANGS_UP_INTO_S), until_key=False)
            self.hang_up()
        self._wait(seconds, until_key=until_key)

    def hear_ringing(self, seconds: float) -> None:
        """Listens to the ringing tone. Raises CallerHungUp."""
        self._wait(seconds, until_key=False)

    def prompted(self) -> None:
        """The caller is asked for keys now: a scripted one presses his."""
        if self._script:
            self.press(self._script.popleft())

    def forget_keys(self) -> None:
        with self._changed:
            self._keys.clear()

    def next_key(self, within_s: float) -> str | None:
        """The next key pressed, or None when none comes in time. Raises CallerHungUp."""
        self._wait(within_s, until_key=True)
        with self._changed:
            return self._keys.popleft() if self._keys else None

    def _wait(self, seconds: float, *, until_key: bool) -> None:
        began = time.monotonic()
        with self._changed:
            self._changed.wait_for(
                lambda: self._hung_up or (until_key and bool(self._keys)),
                timeout=seconds / self._speed,
            )
            self._skipped_s += (time.monotonic() - began) * (self._speed - 1)
            if self._hung_up:
                raise CallerHungUp
