"""One message of the delivery log at an address of its own: everything known of it."""

from __future__ import annotations

import uuid

from flask import abort
from flask_appbuilder import expose
from flask_babel import gettext as _

from app import clock
from app.domain import delivery_columns as columns
from app.domain.delivery_cells import csv_time
from app.domain.delivery_words import shown_carrier
from app.domain.roles import Right
from app.domain.sms_status import OPEN_STATUSES, arrival
from app.models import delivery_proof
from app.models.message import Message
from app.portal import delivery_labels as labels
from app.portal.delivery_timeline import timeline
from app.portal.view_bases import AccountView, needs


class DeliveryProofView(AccountView):
    route_base = "/deliveries"

    @expose("/<uuid:message_id>")
    @needs(Right.SEE_DELIVERIES)
    def show(self, message_id: uuid.UUID) -> str:
        proof = delivery_proof.of_message(message_id)
        if proof is None:
            abort(404)
        return self.render_template(
            "delivery_proof.html",
            title=_("SMS to %(number)s", number=proof.message.recipient),
            proof=proof,
            events=timeline(proof),
            facts=_facts(proof.message),
            is_open=_may_go_on(proof.message),
            status=labels.STATUSES[proof.message.status],
            column_names=labels.COLUMNS,
            empty_columns=[
                each.key for each in columns.COLUMNS if each.key in columns.EMPTY_COLUMNS
            ],
            precise_time=csv_time,
            now=clock.now(),
        )


def _may_go_on(message: Message) -> bool:
    """Whether more can still become of it: a result, another try, somebody who opens a link."""
    has_links = message.text != message.body
    return message.status in OPEN_STATUSES or message.resend_at is not None or has_links


def _facts(message: Message) -> dict[str, str]:
    """The columns of the file that are ever filled, in the reader's language; the text, which is
    long, is the last of them."""
    facts = columns.values_of(message) | {
        "kind": _("Sent message"),
        "carrier": str(labels.CARRIERS[shown_carrier(message.status, message.carrier)]),
        "status": str(labels.STATUSES[message.status].text),
        "arrival": str(labels.ARRIVALS[arrival(message.status)]),
    }
    del facts["text"]
    return facts | {"text": message.body}
