"""SMS: every message, for our own staff, who leave a trace by looking."""

from __future__ import annotations

from typing import ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _

from app.domain.sms_status import MessageStatus
from app.models.message import Message
from app.portal.back_office.log_view import LogView, shown_number
from app.portal.delivery_labels import CARRIERS, STATUSES
from app.portal.list_filters import Is, OfAccount, one_of_numbers


class MessageView(LogView):
    route_base = "/back-office/messages"
    datamodel = SQLAInterface(Message)
    list_title = _("SMS")
    show_title = _("SMS")
    list_columns = ("accepted_at", "incoming_number", "recipient", "status", "account.name")
    show_columns = (
        *("id", "provider_id", "call_id", "account.company.name", "account.name"),
        *("incoming_number", "sender", "recipient", "text", "units", "parts", "billed_units"),
        *("status", "error_code", "carrier", "attempts"),
        *("accepted_at", "next_attempt_at", "sent_at", "delivered_at", "opened_at", "settled_at"),
    )
    search_columns = ("recipient", "account", "status")
    search_filters: ClassVar = {
        "recipient": one_of_numbers("recipient", "incoming_number"),
        "account": OfAccount,
        "status": Is,
    }
    search_choices: ClassVar = {
        "status": {
            status: chip.text
            for status, chip in STATUSES.items()
            if status is not MessageStatus.SENDING  # shown as the one before it
        }
    }
    label_columns: ClassVar = {
        "id": _("ID"),
        "provider_id": _("Message ID at Plivo"),
        "call_id": _("Call"),
        "account": _("Company or account"),
        "account.name": _("Account"),
        "account.company.name": _("Company"),
        "incoming_number": _("Incoming number"),
        "sender": _("Sender number"),
        "recipient": _("Phone number"),
        "text": _("Message text"),
        "units": _("Characters sent"),
        "parts": _("Number of parts"),
        "billed_units": _("Parts billed"),
        "status": _("Status"),
        "error_code": _("Error code"),
        "carrier": _("Carrier"),
        "attempts": _("Tries"),
        "accepted_at": _("Accepted"),
        "next_attempt_at": _("Next try"),
        "sent_at": _("Sent time"),
        "delivered_at": _("Arrival time"),
        "opened_at": _("Link first opened"),
        "settled_at": _("Settled"),
    }
    formatters_columns: ClassVar = {
        "incoming_number": shown_number,
        "recipient": shown_number,
        "status": lambda status: STATUSES[status].text,
        "carrier": CARRIERS.__getitem__,
    }
