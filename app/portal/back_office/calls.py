"""着信: every call, for our own staff, who leave a trace by looking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, and_, select

from app.domain.call_flow import CallState
from app.models.call import Call
from app.models.database import session
from app.models.incoming_number import IncomingNumber
from app.portal.back_office.log_view import LogView, shown_number
from app.portal.list_filters import Is, OfAccount

STATES: Mapping[CallState, LazyString] = {
    CallState.NO_FLOW: _("No flow"),
    CallState.ASKING: _("Asked for a number"),
    CallState.ANNOUNCED: _("SMS announced"),
    CallState.GAVE_UP: _("Gave up"),
    CallState.LIMITED: _("No SMS: daily limit"),
    CallState.SUPPRESSED: _("No SMS: delivery stopped"),
}


class CallView(LogView):
    route_base = "/back-office/calls"
    datamodel = SQLAInterface(Call)
    moment = "started_at"
    number_column = "caller"
    list_title = _("Calls")
    show_title = _("Call")
    list_columns = ("started_at", "called", "caller", "state", "account.name")
    show_columns = (
        *("id", "provider_call_id", "account.company.name", "account.name", "called", "caller"),
        *("state", "attempt", "recipient", "started_at", "ended_at"),
    )
    search_columns = ("caller", "account", "state")
    search_filters: ClassVar = {
        "account": OfAccount,
        "state": Is,
    }
    search_choices: ClassVar = {"state": STATES}
    label_columns: ClassVar = {
        "id": _("ID"),
        "provider_call_id": _("Call ID at Plivo"),
        "account": _("Company or account"),
        "account.name": _("Account"),
        "account.company.name": _("Company"),
        "called": _("Incoming number"),
        "caller": _("Phone number"),
        "state": _("Status"),
        "attempt": _("Tries"),
        "recipient": _("Recipient number"),
        "started_at": _("Began"),
        "ended_at": _("Ended"),
    }
    formatters_columns: ClassVar = {
        "called": shown_number,
        "caller": shown_number,
        "recipient": shown_number,
        "state": STATES.__getitem__,
    }

    def ways_to_number(self, number: str) -> Sequence[ColumnElement[bool]]:
        known = select(IncomingNumber.id).where(IncomingNumber.number == number).scalar_subquery()
        return (
            Call.caller == number,
            # Without a keyed number the recipient is the caller.
            and_(Call.recipient == number, Call.attempt > 0),
            Call.incoming_number_id == known,
            and_(Call.incoming_number_id.is_(None), Call.called == number),
        )

    def ways_to_accounts(self, ids: Sequence[int]) -> Sequence[ColumnElement[bool]]:
        numbers = select(IncomingNumber.id).where(IncomingNumber.account_id.in_(ids))
        return [Call.incoming_number_id == number_id for number_id in session.scalars(numbers)]
