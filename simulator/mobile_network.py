"""The mobile network: carries a message through its states and to the handset.

States: https://www.plivo.com/docs/messaging/api/message/the-message-object (queued → sent →
delivered/undelivered; failed and rejected come before ``sent``). An account sends so many messages
a second, the others stay queued and expire at last
(https://www.plivo.com/docs/messaging/concepts/rate-limiting).
"""

import threading
import time

from simulator import clock
from simulator.callbacks import Courier, StatusCallback, callback_of, callbacks_of_parts
from simulator.conditions import Weather
from simulator.events import Hub
from simulator.fates import EXPIRED_IN_QUEUE, Reports
from simulator.handsets import Handsets
from simulator.messages import Message, Messages
from simulator.metrics import MESSAGES
from simulator.timetable import Timetable

SENT_AFTER_S = 1
SETTLED_AFTER_S = 4
CONTRADICTED_AFTER_S = 10


class MobileNetwork:
    """``speed`` divides every delay."""

    def __init__(
        self,
        messages: Messages,
        handsets: Handsets,
        courier: Courier,
        hub: Hub,
        timetable: Timetable,
        weather: Weather,
        speed: float,
    ) -> None:
        self._messages = messages
        self._handsets = handsets
        self._courier = courier
        self._hub = hub
        self._timetable = timetable
        self._weather = weather
        self._speed = speed
        self._lock = threading.Lock()
        self._free_at = 0.0

    def accept(self, message: Message) -> None:
        """Takes over a message the API has accepted; returns at once."""
        self._messages.add(message)
        held_back: list[StatusCallback] = []
        self._report(message, "queued", held_back)
        wait_s = self._turn_in()
        if wait_s is None:
            message.fate = EXPIRED_IN_QUEUE
            longest_s = self._weather.conditions.queue_expires_after_s
            self._later(longest_s, message, message.fate.final, held_back)
            return
        if message.fate.final not in ("failed", "rejected"):
            self._later(wait_s + SENT_AFTER_S, message, "sent", held_back)
        if message.fate.final != "sent":
            self._later(wait_s + SETTLED_AFTER_S, message, message.fate.final, held_back)

    def _turn_in(self) -> float | None:
        """Seconds (of the network's time) until this message's turn; None when it expires first."""
        conditions = self._weather.conditions
        with self._lock:
            now = time.monotonic() * self._speed
            turn = max(now, self._free_at)
            if turn - now > conditions.queue_expires_after_s:
                return None
            self._free_at = turn + 1 / conditions.messages_per_s
        return turn - now

    def reset(self) -> None:
        """Nobody queues any more."""
        with self._lock:
            self._free_at = 0.0

    def _later(
        self, delay_s: float, message: Message, state: str, held_back: list[StatusCallback]
    ) -> None:
        self._timetable.after(delay_s / self._speed, lambda: self._move(message, state, held_back))

    def _move(self, message: Message, state: str, held_back: list[StatusCallback]) -> None:
        now = clock.now()
        message.state = state
        if state == "sent":
            message.sent_at = now
        else:
            message.settled_at = now
            MESSAGES.labels(state=state).inc()
        if state == "delivered" and message.is_readable:
            sms = self._handsets.receive(message, now)
            self._hub.publish({"kind": "sms", **sms.as_json()})
        self._report(message, state, held_back)
        if state == message.fate.final and message.fate.reports is Reports.CONTRADICTED:
            self._timetable.after(
                CONTRADICTED_AFTER_S / self._speed,
                lambda: self._courier.send(callback_of(message, "undelivered", "80")),
            )

    def _report(self, message: Message, state: str, held_back: list[StatusCallback]) -> None:
        manner = message.fate.reports
        if not message.callback_url or manner is Reports.NONE:
            return
        if manner is Reports.FOR_EACH_PART and message.units > 1:
            for callback in callbacks_of_parts(message, state):
                self._courier.send(callback)
            return
        callback = callback_of(message, state, message.error_code)
        if manner is Reports.REVERSED:
            held_back.insert(0, callback)
            if state != message.fate.final:
                return
        for due in held_back or [callback] * (2 if manner is Reports.DOUBLED else 1):
            self._courier.send(due)
