"""SMS: every message, for our own staff, who leave a trace by looking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, select

from app.domain.sms_status import MessageStatus
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.portal.back_office.log_view import LogView, shown_number
from app.portal.delivery_labels import CARRIERS, STATUSES
from app.portal.list_filters import Is, OfAccount


class MessageLogView(LogView):
    """What all screens of messages are searched by."""

    datamodel = SQLAInterface(Message)
    moment = "accepted_at"
    number_column = "recipient"

    def ways_to_number(self, number: str) -> Sequence[ColumnElement[bool]]:
        owner = select(IncomingNumber.account_id).where(IncomingNumber.number == number)
        return (
            Message.recipient == number,
            and_(Message.account_id == owner.scalar_subquery(), Message.incoming_number == number),
        )

    def ways_to_accounts(self, ids: Sequence[int]) -> Sequence[ColumnElement[bool]]:
        return [Message.account_id == account_id for account_id in ids]


class MessageView(MessageLogView):
    route_base = "/back-office/messages"
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
