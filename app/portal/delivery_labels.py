"""How the screen names a delivery's status, arrival and carrier, and the columns of the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import LazyString, lazy_gettext

from app.domain.carriers import Carrier
from app.domain.sms_status import Arrival, MessageStatus


class Chip(NamedTuple):
    """`kind` and `icon` as the macro `chip` takes them."""

    text: LazyString | str
    kind: str
    icon: str


STATUSES: Mapping[MessageStatus, Chip] = {
    MessageStatus.WAITING: Chip(lazy_gettext("Preparing"), "none", "clock"),
    MessageStatus.SENDING: Chip(lazy_gettext("Preparing"), "none", "clock"),
    MessageStatus.SENT: Chip(lazy_gettext("Sent"), "info", "sms"),
    MessageStatus.AWAITING_RESULT: Chip(lazy_gettext("Awaiting result"), "info", "clock"),
    MessageStatus.DELIVERED: Chip(lazy_gettext("Delivered"), "success", "check"),
    MessageStatus.FAILED: Chip(lazy_gettext("Failed"), "danger", "error"),
    MessageStatus.INTERNAL_ERROR: Chip(lazy_gettext("Internal error"), "danger", "error"),
    MessageStatus.CARRIER_ERROR: Chip(lazy_gettext("Carrier-side error"), "danger", "error"),
    MessageStatus.PARTLY_FAILED: Chip(lazy_gettext("Partly failed"), "warning", "warning"),
    MessageStatus.UNKNOWN: Chip(lazy_gettext("Undetermined"), "warning", "help"),
    MessageStatus.RETRYABLE: Chip(lazy_gettext("Retry"), "warning", "switch"),
}

ARRIVALS: Mapping[Arrival | None, LazyString | str] = {
    Arrival.ARRIVED: lazy_gettext("Arrived"),
    Arrival.NOT_ARRIVED: lazy_gettext("Not arrived"),
    None: "",
}

CARRIERS: Mapping[Carrier | None, LazyString] = {
    Carrier.AU: lazy_gettext("au"),
    Carrier.DOCOMO: lazy_gettext("docomo"),
    Carrier.SOFTBANK: lazy_gettext("SoftBank"),
    Carrier.RAKUTEN: lazy_gettext("Rakuten Mobile"),
    None: lazy_gettext("Unknown carrier"),
}

REASONS: Mapping[str, LazyString] = {
    "suppressed": lazy_gettext("The number is on the suppression list."),
    "gave_up": lazy_gettext("The provider could not be reached."),
    "expired": lazy_gettext("It waited too long to be sent."),
    "20": lazy_gettext("Network trouble at the carrier."),
    "30": lazy_gettext("Held back by the carrier's spam filter."),
    "50": lazy_gettext("No such number, or it takes no SMS."),
    "70": lazy_gettext("The number is not in use."),
    "80": lazy_gettext("The handset was off or out of reach."),
    "90": lazy_gettext("The carrier found no route."),
    "100": lazy_gettext("Prohibited by the carrier."),
    "200": lazy_gettext("The recipient has refused SMS."),
    "420": lazy_gettext("Waited too long at the provider."),
}
"""Why nothing arrived, by error code, as far as it tells the customer anything. Source:
plivo.com/docs/messaging/troubleshooting/error-codes; words are codes of our own."""

COLUMNS: Mapping[str, LazyString] = {
    "job_id": lazy_gettext("Job ID"),
    "message_id": lazy_gettext("Message ID"),
    "kind": lazy_gettext("Kind"),
    "trigger": lazy_gettext("Trigger"),
    "sending_order": lazy_gettext("Sending order"),
    "accepted_at": lazy_gettext("Scheduled time"),
    "sent_at": lazy_gettext("Sent time"),
    "recipient": lazy_gettext("Phone number"),
    "carrier": lazy_gettext("Carrier"),
    "channel": lazy_gettext("Channel"),
    "campaign_id": lazy_gettext("Campaign ID"),
    "campaign_name": lazy_gettext("Campaign name"),
    "content_type": lazy_gettext("Content type"),
    "text": lazy_gettext("Message text"),
    "status": lazy_gettext("Status"),
    "arrival": lazy_gettext("Arrival"),
    "delivered_at": lazy_gettext("Arrival time"),
    "units": lazy_gettext("Characters sent"),
    "parts": lazy_gettext("Number of parts"),
    "opened": lazy_gettext("Opened"),
    "opened_at": lazy_gettext("Opened time"),
    "capability": lazy_gettext("Capability result"),
    "reply_message_id": lazy_gettext("Reply message ID"),
    "suggestion_id": lazy_gettext("Suggestion ID"),
    "suggestion_list_title": lazy_gettext("Suggestion list title"),
    "source_message_id": lazy_gettext("Source message ID"),
    "reply_kind": lazy_gettext("Reply message kind"),
    "display_text": lazy_gettext("Display text"),
    "reply_text": lazy_gettext("Reply text"),
    "incoming_number": lazy_gettext("Incoming number"),
}
