"""Status callbacks: signed, in order per message, repeated when not answered.

Source: https://www.plivo.com/docs/messaging/api/message/message-status-callbacks. Not answered 2xx
within 8 seconds, a callback is repeated after 60, 120 and 240 seconds.
"""

import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import requests

from simulator.conditions import Weather
from simulator.http_client import plain_session
from simulator.messages import RATE_PER_UNIT_USD, Message
from simulator.metrics import CALLBACKS
from simulator.signature import signed_headers
from simulator.timetable import Timetable

log = logging.getLogger(__name__)
ANSWER_WITHIN_S = 8
REPEAT_AFTER_S = (60, 120, 240)


@dataclass(frozen=True)
class StatusCallback:
    """One callback as it goes out; a repetition carries the same parameters."""

    message_uuid: str
    url: str
    method: str
    params: dict[str, str]
    attempt: int = 0


def callbacks_of_parts(message: Message, state: str) -> list[StatusCallback]:
    """One for each part that is in that state now: an odd one ends otherwise, or not at all."""
    states = [(state, "000")] * message.units
    odd_part = message.fate.odd_part
    if odd_part is not None and state == message.fate.final:
        states[odd_part.index] = (odd_part.final, odd_part.error_code)
    return [
        callback_of(message, part_state, error_code, part=part, parts=message.units)
        for part, (part_state, error_code) in enumerate(states, start=1)
        if part_state == state or part_state != "sent"
    ]


def callback_of(
    message: Message, state: str, error_code: str, *, part: int = 1, parts: int = 1
) -> StatusCallback:
    """The next callback of a message or one of its parts (counts up its Sequence)."""
    message.sequence += 1
    network = message.fate.network if state not in ("queued", "failed", "rejected") else None
    params = {
        "MessageUUID": message.part_uuid(part),
        "ParentMessageUUID": message.uuid,
        "PartInfo": f"{part} of {parts}",
        "From": message.sender,
        "To": message.recipient,
        "Type": "sms",
        "Status": state,
        "Units": str(message.units),
        "TotalRate": f"{RATE_PER_UNIT_USD:.5f}",
        "TotalAmount": f"{message.total_amount:.5f}",
        "Sequence": str(message.sequence),
        "MessageTime": _timestamp(message.accepted_at),
        "QueuedTime": _timestamp(message.accepted_at),
        "SentTime": _timestamp(message.sent_at),
        "DeliveryReportTime": _timestamp(message.settled_at),
        "PowerpackUUID": "",
        "requester_ip": "127.0.0.1",
    }
    if network:
        params |= {"MCC": network.mcc, "MNC": network.mnc}
    if error_code != "000":
        params["ErrorCode"] = error_code
    return StatusCallback(message.uuid, message.callback_url, message.callback_method, params)


def _timestamp(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if moment else ""


class Courier:
    """Sends callbacks; those of one message one after the other, unless the weather is bad."""

    def __init__(
        self, auth_token: str, timetable: Timetable, weather: Weather, speed: float
    ) -> None:
        self._auth_token = auth_token
        self._timetable = timetable
        self._weather = weather
        self._speed = speed
        self._pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="courier")
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[StatusCallback]] = defaultdict(deque)
        self._session = plain_session()

    def send(self, callback: StatusCallback) -> None:
        """Queues one callback; returns at once."""
        if self._weather.happens(self._weather.conditions.webhooks.reorder):
            self._later(self._deliver, callback)
            return
        with self._lock:
            queue = self._waiting[callback.message_uuid]
            queue.append(callback)
            is_first = len(queue) == 1
        if is_first:
            self._pool.submit(self._drain, callback.message_uuid)

    def _drain(self, message_uuid: str) -> None:
        while True:
            with self._lock:
                callback = self._waiting[message_uuid][0]
            self._deliver(callback)
            with self._lock:
                queue = self._waiting[message_uuid]
                queue.popleft()
                if not queue:
                    del self._waiting[message_uuid]
                    return

    def _later(self, deliver: Callable[[StatusCallback], object], callback: StatusCallback) -> None:
        def submit() -> None:
            self._pool.submit(deliver, callback)

        self._timetable.after(self._weather.delay_s() / self._speed, submit)

    def _deliver(self, callback: StatusCallback) -> None:
        faults = self._weather.conditions.webhooks
        if self._weather.happens(faults.delay):
            time.sleep(self._weather.delay_s() / self._speed)
        if self._weather.happens(faults.repeat):
            self._later(self._post, callback)
        answered = (
            not self._weather.happens(faults.drop)
            and self._post(callback)
            and not self._weather.happens(faults.lose_answer)
        )
        if not answered and callback.attempt < len(REPEAT_AFTER_S):
            self._repeat_later(callback)

    def _post(self, callback: StatusCallback) -> bool:
        by_get = callback.method == "GET"
        headers = signed_headers(callback.method, callback.url, callback.params, self._auth_token)
        try:
            response = self._session.request(
                callback.method,
                callback.url,
                headers=headers,
                timeout=ANSWER_WITHIN_S,
                allow_redirects=False,
                params=callback.params if by_get else None,
                data=None if by_get else callback.params,
            )
        except requests.RequestException as error:
            log.info("callback %s: %s", callback.url, error)
            CALLBACKS.labels(answer="none").inc()
            return False
        CALLBACKS.labels(answer=str(response.status_code)).inc()
        return response.ok and not response.is_redirect

    def _repeat_later(self, callback: StatusCallback) -> None:
        again = StatusCallback(
            callback.message_uuid,
            callback.url,
            callback.method,
            callback.params,
            callback.attempt + 1,
        )
        delay_s = REPEAT_AFTER_S[callback.attempt] / self._speed
        self._timetable.after(delay_s, lambda: self.send(again))
