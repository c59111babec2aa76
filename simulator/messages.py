"""Messages accepted by the REST API, and their record as Plivo shows it.

Source: https://www.plivo.com/docs/messaging/api/message/retrieve-a-message (the message object).
"""

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from simulator import clock
from simulator.fates import Fate

RATE_PER_UNIT_USD = Decimal("0.07000")
_GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def units_of(text: str) -> int:
    """What Plivo bills: 160/153 characters of GSM 03.38, else 70/67 UTF-16 units a part."""
    if set(text) <= _GSM_7:
        return 1 if len(text) <= 160 else -(-len(text) // 153)
    length = len(text.encode("utf-16-le")) // 2
    return 1 if length <= 70 else -(-length // 67)


@dataclass
class Message:
    """Numbers are E.164 without +; ``state`` is Plivo's message_state."""

    sender: str
    recipient: str
    text: str
    fate: Fate
    callback_url: str = ""
    callback_method: str = "POST"
    uuid: str = field(default_factory=lambda: str(uuid.uuid1()))
    accepted_at: datetime = field(default_factory=clock.now)
    state: str = "queued"
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    sequence: int = 0

    @property
    def units(self) -> int:
        return units_of(self.text)

    def part_uuid(self, part: int) -> str:
        """Of the part so numbered, from 1: the first one's is the message's own."""
        return self.uuid if part == 1 else str(uuid.uuid5(uuid.UUID(self.uuid), str(part)))

    @property
    def is_readable(self) -> bool:
        """Whether the handset can put it together once it is delivered."""
        odd_part = self.fate.odd_part
        return self.units == 1 or odd_part is None or odd_part.final != "undelivered"

    @property
    def is_settled(self) -> bool:
        return self.state == self.fate.final

    @property
    def error_code(self) -> str:
        return self.fate.error_code if self.settled_at else "000"

    @property
    def total_amount(self) -> Decimal:
        return RATE_PER_UNIT_USD * self.units

    def as_resource(self, auth_id: str) -> dict[str, Any]:
        network = self.fate.network if self.state != "queued" else None
        return {
            "carrier_fees": "0.00000",
            "carrier_fees_rate": "0.00000",
            "destination_country_iso2": "JP",
            "error_code": self.error_code,
            "from_number": self.sender,
            "log": "true",
            "mcc": network.mcc if network else None,
            "message_direction": "outbound",
            "message_state": self.state,
            "message_time": self.accepted_at.isoformat(sep=" "),
            "message_type": "sms",
            "message_uuid": self.uuid,
            "mnc": network.mnc if network else None,
            "powerpack_id": None,
            "requester_ip": "127.0.0.1",
            "resource_uri": f"/v1/Account/{auth_id}/Message/{self.uuid}/",
            "to_number": self.recipient,
            "total_amount": f"{self.total_amount:.5f}",
            "total_rate": f"{RATE_PER_UNIT_USD:.5f}",
            "units": self.units,
        }


class InvalidFilter(ValueError):
    """A list filter Plivo would refuse; the message is Plivo's ``error``."""


_TIMES: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "message_time": lambda found, wanted: found == wanted,
    "message_time__gt": lambda found, wanted: found > wanted,
    "message_time__gte": lambda found, wanted: found >= wanted,
    "message_time__lt": lambda found, wanted: found < wanted,
    "message_time__lte": lambda found, wanted: found <= wanted,
}
_EXACT = ("message_state", "message_direction", "message_type", "error_code")
_NUMBERS = ("from_number", "to_number")


class Messages:
    """All messages, newest last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_uuid: dict[str, Message] = {}

    def add(self, message: Message) -> None:
        with self._lock:
            self._by_uuid[message.uuid] = message

    def get(self, message_uuid: str) -> Message | None:
        return self._by_uuid.get(message_uuid)

    def all(self) -> list[Message]:
        with self._lock:
            return list(self._by_uuid.values())

    def clear(self) -> None:
        with self._lock:
            self._by_uuid.clear()

    def matching(self, filters: Mapping[str, str]) -> list[Message]:
        """Newest first; without a time filter the last 24 hours.

        Source: https://www.plivo.com/docs/messaging/api/message/list-all-messages.
        Raises InvalidFilter.
        """
        times = {name: _time(name, filters[name]) for name in _TIMES if filters.get(name)}
        if not times:
            times = {"message_time__gte": clock.now() - timedelta(days=1)}
        exact = {name: filters[name] for name in _EXACT if filters.get(name)}
        exact |= {n: filters[n].removeprefix("+") for n in _NUMBERS if filters.get(n)}
        return [
            message
            for message in reversed(self.all())
            if all(_TIMES[name](message.accepted_at, limit) for name, limit in times.items())
            and exact.items() <= _filterable(message).items()
        ]


def _filterable(message: Message) -> dict[str, str]:
    return {
        "message_state": message.state,
        "message_direction": "outbound",
        "message_type": "sms",
        "error_code": message.error_code,
        "from_number": message.sender,
        "to_number": message.recipient,
    }


def _time(name: str, text: str) -> datetime:
    """``YYYY-MM-DD HH:MM[:ss[.uuuuuu]]``, in UTC."""
    for form in ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise InvalidFilter(f"{name} is not a valid timestamp")
