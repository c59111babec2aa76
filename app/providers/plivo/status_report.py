"""What Plivo tells about a message: one parser for its callbacks and for its REST resource."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.carriers import Carrier, carrier_of
from app.domain.sms_status import MessageStatus, status_of_report

# Longer numbers are junk, and would not fit into an INTEGER column.
_NUMBER = re.compile(r"[0-9]{1,9}")
_PART_INFO = re.compile(r"[0-9]{1,3} of ([0-9]{1,3})")
_EARLIEST_YEAR = 2000  # earlier is a placeholder such as 0001-01-01


@dataclass(frozen=True)
class StatusReport:
    """A delivery report. None for whatever it does not tell or tells in a form nobody knows."""

    provider_id: str | None
    status: MessageStatus | None
    carrier: Carrier | None
    units: int | None  # parts that are billed
    error_code: str | None  # the provider's number, without leading zeros
    sequence: int | None  # order in which the provider made its reports
    sent_at: datetime | None  # UTC: passed to the carrier
    delivered_at: datetime | None  # UTC: only with status DELIVERED
    parts: int = 1  # into how many it was split: each has reports of its own


def parse(form: Mapping[str, object]) -> StatusReport:
    """A report from a callback's form (MessageUUID, Status …) or a resource (message_uuid,
    message_state …). Never raises: Plivo repeats what we do not answer with 200.

    Sources: plivo.com/docs/messaging/api/message/message-status-callbacks and …/the-message-object.
    """
    carrier = carrier_of(_text(form, "MCC"), _text(form, "MNC"))
    error_code = _error_code(_text(form, "ErrorCode", "error_code"))
    status = status_of_report(_text(form, "Status", "message_state") or "", error_code, carrier)
    reported_at = _time(_text(form, "DeliveryReportTime"))
    return StatusReport(
        provider_id=_text(form, "ParentMessageUUID", "MessageUUID", "message_uuid"),
        status=status,
        carrier=carrier,
        units=_number(_text(form, "Units", "units")) or None,
        error_code=error_code,
        sequence=_number(_text(form, "Sequence")),
        sent_at=_time(_text(form, "SentTime")),
        delivered_at=reported_at if status is MessageStatus.DELIVERED else None,
        parts=_parts(_text(form, "PartInfo")),
    )


def parse_time(text: str) -> datetime | None:
    """UTC time from Plivo's `2024-01-01 12:00:00.000000+00:00`, with or without the zone (it is
    UTC then) or the fraction, with a T or a Z; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= _EARLIEST_YEAR else None


def _text(form: Mapping[str, object], *names: str) -> str | None:
    """The first of the fields that has something in it."""
    for name in names:
        value = form.get(name)
        text = "" if value is None else str(value).strip()
        if text and text.lower() not in ("none", "null"):
            return text
    return None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and _NUMBER.fullmatch(text) else None


def _parts(text: str | None) -> int:
    """`1 of 3` → 3; what is not told is not split."""
    told = _PART_INFO.fullmatch(text or "")
    return int(told[1]) if told else 1


def _error_code(text: str | None) -> str | None:
    """`080` → `80`; 000 stands for "no error"."""
    number = _number(text)
    return str(number) if number else None


def _time(text: str | None) -> datetime | None:
    return None if text is None else parse_time(text)
