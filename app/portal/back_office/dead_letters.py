"""SMS that were given up on, for our own staff: why, and sending them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.domain.delivery_columns import screen_time
from app.domain.sms_status import MessageStatus
from app.models import send_attempt
from app.models.send_attempt import AttemptOutcome
from app.portal.back_office.log_view import shown_number
from app.portal.back_office.messages import MessageLogView
from app.portal.editable_view import EditableBackOfficeView, RowAction
from app.portal.list_filters import Is, OfAccount
from app.services.message_resending import resend_dead_letter

REASONS: Mapping[str, LazyString] = {
    "gave_up": _("Not accepted by Plivo, tried too often"),
    "expired": _("Waited too long"),
    "400": _("Refused by Plivo: 400"),
    "403": _("Refused by Plivo: 403, country not enabled"),
    "10": _("Invalid message (10)"),
    "40": _("Invalid sender (40)"),
    "110": _("Too long (110)"),
    "420": _("Expired in Plivo's queue (420)"),
    "450": _("Country barred (450)"),
    "451": _("Threshold of the country (451)"),
    "900": _("No credit at Plivo (900)"),
}
OUTCOMES: Mapping[AttemptOutcome | None, LazyString] = {
    AttemptOutcome.ACCEPTED: _("accepted by Plivo"),
    AttemptOutcome.NOT_ACCEPTED: _("not accepted by Plivo"),
    AttemptOutcome.REFUSED: _("refused by Plivo"),
    None: _("outcome unknown"),
}


def reason(error_code: str | None) -> str:
    return str(REASONS.get(error_code or "", error_code or ""))


class DeadLetterView(MessageLogView, EditableBackOfficeView):
    route_base = "/back-office/dead-letters"
    base_filters: ClassVar = [["status", Is, MessageStatus.INTERNAL_ERROR]]
    list_title = _("Dead letters")
    show_title = _("Dead letter")
    list_columns = ("accepted_at", "recipient", "error_code", "attempts", "account.name")
    show_columns = (
        *("id", "account.company.name", "account.name", "incoming_number", "sender"),
        *("recipient", "text", "error_code", "send_attempts", "accepted_at", "settled_at"),
    )
    search_columns = ("recipient", "account", "error_code")
    search_filters: ClassVar = {
        "account": OfAccount,
        "error_code": Is,
    }
    search_choices: ClassVar = {"error_code": REASONS}
    label_columns: ClassVar = {
        "id": _("ID"),
        "account": _("Company or account"),
        "account.name": _("Account"),
        "account.company.name": _("Company"),
        "incoming_number": _("Incoming number"),
        "sender": _("Sender number"),
        "recipient": _("Phone number"),
        "text": _("Message text"),
        "error_code": _("Reason"),
        "attempts": _("Tries"),
        "send_attempts": _("Tries"),
        "accepted_at": _("Accepted"),
        "settled_at": _("Settled"),
    }
    formatters_columns: ClassVar = {
        "incoming_number": shown_number,
        "recipient": shown_number,
        "error_code": reason,
    }
    row_actions: ClassVar = {
        "resend": RowAction(
            label=_("Send again"),
            warning=_("The same SMS is handed to Plivo once more, with the same short URLs."),
            service=resend_dead_letter,
            done=_("%(row)s is sent again."),
            icon="sms",
        ),
    }

    def cell(self, row: Any, column: str) -> str:
        if column != "send_attempts":
            return super().cell(row, column)
        return gettext(", ").join(
            f"{screen_time(attempt.claimed_at)} {OUTCOMES[attempt.outcome]}"
            for attempt in send_attempt.of_message(row.id)
        )
