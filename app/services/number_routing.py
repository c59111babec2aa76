"""Which webhooks a number calls at Plivo, and pointing it at ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from app.domain.refusals import Refusal
from app.models import incoming_number
from app.models.database import transaction
from app.providers.plivo.failures import SendDelayed, SendRefused
from app.providers.plivo.numbers import Application, NumberClient, Webhooks
from app.services import audit

_NOT_IN_A_NAME = re.compile("[^A-Za-z0-9]+")  # Plivo takes letters, digits, - and _


class Route(StrEnum):
    """How a number stands at Plivo."""

    OURS = "ours"
    OUTDATED = "outdated"  # our application, with other addresses than now
    ELSEWHERE = "elsewhere"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class Routing:
    """Where numbers are to be routed: Plivo, as this client reaches it, and our webhooks.

    The application is named after the host of the webhooks, so that a trial installation does not
    take the numbers of the real one with it.
    """

    client: NumberClient
    public_base_url: str

    @property
    def webhooks(self) -> Webhooks:
        base = f"{self.public_base_url}/ivr"
        return Webhooks(f"{base}/answer", f"{base}/hangup", f"{base}/fallback")

    @property
    def application_name(self) -> str:
        host = _NOT_IN_A_NAME.sub("-", urlsplit(self.public_base_url).netloc)
        return f"todoku-{host}"

    def route_of(self, application: Application | None) -> Route:
        if application is None:
            return Route.NOWHERE
        if application.webhooks == self.webhooks:
            return Route.OURS
        is_ours = application.name == self.application_name
        return Route.OUTDATED if is_ours else Route.ELSEWHERE


def application_of(number: str, routing: Routing) -> Application | None:
    """The application of a number (E.164) as Plivo tells it now; None where it has none.

    Raises Refusal("plivo_number_not_rented" | "plivo_credentials" | "plivo_refused" |
    "plivo_away").
    """
    with _refusing():
        return routing.client.application_of(number)


def assign_number(number_id: int, routing: Routing) -> None:
    """Point the number at our webhooks, by the one application that all our numbers share. Done
    twice, it changes nothing.

    Raises Refusal("row_gone") and as `application_of`.
    """
    with transaction():
        row = incoming_number.by_id(number_id)
        if row is None:
            raise Refusal("row_gone")
        number, company_id = row.number, row.account.company_id
    with _refusing():
        before = routing.client.application_of(number)
        if routing.route_of(before) is Route.OURS:
            return
        app_id = _own_application(routing)
        if before is None or before.app_id != app_id:
            routing.client.assign(number, app_id)
    audit.record(
        "incoming_number.route",
        number,
        before=_told(before.name, before.webhooks) if before else None,
        after=_told(routing.application_name, routing.webhooks),
        company_id=company_id,
    )


def _own_application(routing: Routing) -> str:
    """The id of our application, created or put right where it has to be."""
    found = routing.client.application_named(routing.application_name)
    if found is None:
        return routing.client.create_application(routing.application_name, routing.webhooks)
    if found.webhooks != routing.webhooks:
        routing.client.change_application(found.app_id, routing.webhooks)
    return found.app_id


def _told(name: str, webhooks: Webhooks) -> dict[str, str]:
    return {"application": name, "answer_url": webhooks.answer_url}


@contextmanager
def _refusing() -> Iterator[None]:
    """What Plivo says or fails to say, as a Refusal that tells what to do."""
    try:
        yield
    except SendDelayed as delay:
        raise Refusal("plivo_away", reason=str(delay)) from delay
    except SendRefused as refusal:
        codes = {"401": "plivo_credentials", "404": "plivo_number_not_rented"}
        raise Refusal(codes.get(refusal.code, "plivo_refused"), reason=str(refusal)) from refusal
