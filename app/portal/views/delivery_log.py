"""配信ログ: search, read and download what was delivered."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Response, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.domain import suppression
from app.domain.delivery_columns import COLUMNS, EMPTY_COLUMNS, campaign_name, screen_time
from app.domain.delivery_words import shown_carrier
from app.domain.roles import Right
from app.domain.sms_status import arrival
from app.models import delivery_log, link_click
from app.models.delivery_log import Search
from app.models.log_pages import Page, Place
from app.models.message import Message
from app.portal import delivery_labels as labels
from app.portal import log_addresses
from app.portal.active_membership import active_membership
from app.portal.forms.day_range import shown_day
from app.portal.forms.delivery_log import DeliverySearchForm
from app.portal.log_addresses import PAGE_SIZE, place_in
from app.portal.view_bases import AccountView, needs
from app.services.delivery_export import csv_chunks, values_of

SHOWN_COLUMNS = (
    "kind",
    "accepted_at",
    "sent_at",
    "incoming_number",
    "recipient",
    "carrier",
    "channel",
    "campaign_name",
    "status",
    "arrival",
    "delivered_at",
)


class DeliveryLogView(AccountView):
    route_base = "/deliveries"

    @expose("/")
    @needs(Right.SEE_DELIVERIES)
    def search(self) -> str:
        form = DeliverySearchForm(request.args)
        page = _page(form.search()) if form.validate() else None
        return self.render_template(
            "delivery_log.html",
            title=_("Delivery log"),
            form=form,
            log=page,
            recipient_shown=page and form.search().recipient,
            shown_columns=SHOWN_COLUMNS,
            details=_details,
            opened=_opened(page),
            suppressed=suppression.ERROR_CODE,
            empty_columns=[column.key for column in COLUMNS if column.key in EMPTY_COLUMNS],
            arrival=arrival,
            arrivals=labels.ARRIVALS,
            campaign_name=campaign_name,
            carriers=labels.CARRIERS,
            column_names=labels.COLUMNS,
            screen_time=screen_time,
            shown_carrier=shown_carrier,
            shown_day=shown_day,
            statuses=labels.STATUSES,
            **(_links(page, form) if page else {}),
        )

    @expose("/download.csv")
    @needs(Right.SEE_DELIVERIES)
    def download(self) -> BaseResponse:
        form = DeliverySearchForm(request.args)
        membership = active_membership()
        if not form.validate() or membership is None:
            return redirect(f"{url_for('DeliveryLogView.search')}?{urlencode(request.args)}")
        response = Response(csv_chunks(membership.account_id, form.search()), mimetype="text/csv")
        response.headers["Content-Disposition"] = _attachment(membership.account_name, form)
        return response


def _page(search: Search) -> Page:
    """The page that `older_than` or `newer_than` asks for; the newest where they make no sense."""
    if place := place_in("older_than"):
        return delivery_log.older_than(place, search, PAGE_SIZE)
    if place := place_in("newer_than"):
        return delivery_log.newer_than(place, search, PAGE_SIZE)
    return delivery_log.newest(search, PAGE_SIZE)


def _opened(page: Page | None) -> Mapping[uuid.UUID, int]:
    """How often people followed the links of the messages shown."""
    return link_click.people_by_message([message.id for message in page.rows]) if page else {}


def _links(page: Page, form: DeliverySearchForm) -> dict[str, str]:
    return log_addresses.links(
        "DeliveryLogView.search",
        form.query(),
        page,
        lambda message: Place(message.accepted_at, message.id),
    )


def _details(message: Message) -> dict[str, str]:
    """The columns of the file that are ever filled, in the reader's language."""
    return values_of(message) | {
        "kind": _("Sent message"),
        "text": message.body,
        "carrier": str(labels.CARRIERS[shown_carrier(message.status, message.carrier)]),
        "status": str(labels.STATUSES[message.status].text),
        "arrival": str(labels.ARRIVALS[arrival(message.status)]),
    }


def _attachment(account_name: str, form: DeliverySearchForm) -> str:
    days = f"{form.since.data:%Y%m%d}_{form.until.data:%Y%m%d}"
    return log_addresses.attachment(f"deliveries_{days}.csv", f"配信ログ_{account_name}_{days}.csv")
