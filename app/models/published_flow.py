"""What callers of a number hear and get, remembered from one call to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.flow_content import SmsTemplate
from app.models.flow import Destination

MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class PublishedFlow:
    """A version, which never changes, and the number that leads to it; `audio` and `spoken` as in
    `FlowVersion`."""

    number_id: int
    account_id: int
    version_id: int
    sms: SmsTemplate
    audio: Mapping[str, str]
    spoken: Mapping[str, str]


class PublishedFlows:
    """The flow that each number had at its last call.

    Never to be believed: meanwhile another version may be published. Who writes with it asks in
    the same statement whether it still is.
    """

    def __init__(self) -> None:
        self._by_number: dict[str, PublishedFlow] = {}

    def last_of(self, e164: str) -> PublishedFlow | None:
        return self._by_number.get(e164)

    def note(self, e164: str, destination: Destination | None) -> None:
        if destination is None or destination.version is None:
            self._by_number.pop(e164, None)
            return
        if len(self._by_number) >= MOST_REMEMBERED:
            self._by_number.clear()
        version = destination.version
        sms = version.flow_content.sms
        assert sms is not None, "a published version has an SMS"
        self._by_number[e164] = PublishedFlow(
            destination.number_id,
            destination.account_id,
            version.id,
            sms,
            version.audio,
            version.spoken,
        )
