"""The handsets: what each number has really received."""

import threading
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from simulator.messages import Message


@dataclass(frozen=True)
class ReceivedSms:
    """One SMS on a handset; numbers are E.164 without +."""

    uuid: str
    sender: str
    recipient: str
    text: str
    received_at: datetime

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"received_at": self.received_at.isoformat()}


class Handsets:
    """Inboxes by number."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inboxes: dict[str, list[ReceivedSms]] = defaultdict(list)

    def receive(self, message: Message, received_at: datetime) -> ReceivedSms:
        sms = ReceivedSms(
            message.uuid, message.sender, message.recipient, message.text, received_at
        )
        with self._lock:
            self._inboxes[message.recipient].append(sms)
        return sms

    def inbox(self, number: str) -> list[ReceivedSms]:
        """What ``number`` (E.164 without +) has received, oldest first."""
        with self._lock:
            return list(self._inboxes.get(number, ()))

    def latest(self, limit: int) -> list[ReceivedSms]:
        """The newest of all handsets, newest first."""
        with self._lock:
            everything = [sms for inbox in self._inboxes.values() for sms in inbox]
        return sorted(everything, key=lambda sms: sms.received_at, reverse=True)[:limit]

    def received(self) -> Counter[str]:
        """How often each message (by its uuid) has arrived on a handset."""
        with self._lock:
            return Counter(sms.uuid for inbox in self._inboxes.values() for sms in inbox)

    def clear(self) -> None:
        with self._lock:
            self._inboxes.clear()
