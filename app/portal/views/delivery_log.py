"""配信ログ: search and read what was delivered; open rows keep up by themselves."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flask import Response, jsonify, request, url_for
from flask_appbuilder import expose
from flask_babel import LazyString
from flask_babel import gettext as _

from app.domain.delivery_columns import campaign_name, screen_time
from app.domain.delivery_words import shown_carrier
from app.domain.roles import Right
from app.domain.sms_status import OPEN_STATUSES, arrival
from app.models import delivery_log, incoming_number
from app.models.delivery_log import Search
from app.models.log_pages import Page, Place
from app.portal import delivery_labels as labels
from app.portal import log_addresses
from app.portal.forms.day_range import shown_day
from app.portal.forms.delivery_log import DeliverySearchForm
from app.portal.log_addresses import PAGE_SIZE, place_in
from app.portal.view_bases import AccountView, needs

COUNTED_UP_TO = 1_000
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


class Condition(NamedTuple):
    """What narrows a search besides its days, in words, and the address of the search without."""

    name: str
    value: str
    without_url: str


class DeliveryLogView(AccountView):
    route_base = "/deliveries"

    @expose("/")
    @needs(Right.SEE_DELIVERIES)
    def search(self) -> str:
        form = DeliverySearchForm(request.args, incoming_number.of_account())
        found = _found(form) if form.validate() else {}
        return self.render_template(
            "delivery_log.html",
            title=_("Delivery log"),
            form=form,
            shown_columns=SHOWN_COLUMNS,
            shown_day=shown_day,
            **found,
            **row_values(),
        )

    @expose("/rows")
    @needs(Right.SEE_DELIVERIES)
    def rows(self) -> Response:
        """The rows of `id`, as many as a page has, as they stand now: HTML by id. What the account
        does not have is left out."""
        values = row_values()
        return jsonify(
            {
                str(message.id): self.render_template(
                    "delivery_log_one_row.html", message=message, **values
                )
                for message in delivery_log.with_ids(list(_asked_ids())[:PAGE_SIZE])
            }
        )


def row_values() -> dict[str, Any]:
    """What the template of a row uses. Words are looked up here, once: for each cell anew they took
    half of the time of a page."""
    return {
        "arrival": arrival,
        "arrivals": _words(labels.ARRIVALS),
        "campaign_name": campaign_name,
        "carriers": _words(labels.CARRIERS),
        "column_names": _words(labels.COLUMNS),
        "open_statuses": OPEN_STATUSES,
        "recipient_number": _("Recipient number"),
        "screen_time": screen_time,
        "sent_message": _("Sent message"),
        "shown_carrier": shown_carrier,
        "statuses": {
            status: chip._replace(text=str(chip.text)) for status, chip in labels.STATUSES.items()
        },
    }


def _words(lazy: Mapping[Any, LazyString | str]) -> Mapping[Any, str]:
    return {key: str(word) for key, word in lazy.items()}


def _found(form: DeliverySearchForm) -> dict[str, Any]:
    search = form.search()
    page = _page(search)
    links = log_addresses.links(
        "DeliveryLogView.search",
        form.query(),
        page,
        lambda message: Place(message.accepted_at, message.id),
    )
    conditions = list(_conditions(form))
    count = delivery_log.count(search, COUNTED_UP_TO) if _is_long(page) else len(page.rows)
    return {
        "log": page,
        "count": count,
        "is_counted_up": count < COUNTED_UP_TO,
        "conditions": conditions,
        **links,
    }


def _is_long(page: Page) -> bool:
    return page.has_older or page.has_newer


def _page(search: Search) -> Page:
    """The page that `older_than` or `newer_than` asks for; the newest where there is none."""
    page = None
    if place := place_in("older_than"):
        page = delivery_log.older_than(place, search, PAGE_SIZE)
    elif place := place_in("newer_than"):
        page = delivery_log.newer_than(place, search, PAGE_SIZE)
    return page if page and page.rows else delivery_log.newest(search, PAGE_SIZE)


def _conditions(form: DeliverySearchForm) -> Iterator[Condition]:
    query = form.query()
    for name, value in form.narrowings().items():
        rest: dict[str, Any] = {key: query[key] for key in query if key != name}
        words = dict(form[name].choices).get(value, value) if name in form.chosen else value
        yield Condition(form[name].label.text, words, url_for("DeliveryLogView.search", **rest))


def _asked_ids() -> Iterator[uuid.UUID]:
    for text in request.args.getlist("id"):
        try:
            yield uuid.UUID(text)
        except ValueError:
            continue
