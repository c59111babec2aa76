"""Pointing numbers at our webhooks: the real SDK against the simulator's Plivo."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
import requests

from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import all_companies
from app.providers.plivo.numbers import NumberClient, Webhooks
from app.services import number_routing
from app.services.number_routing import Route, Routing, application_of, assign_number
from config import DEVELOPMENT_AUTH_ID, DEVELOPMENT_AUTH_TOKEN
from tests.services.back_office_support import refused, trail
from tests.support import factories
from tests.support.services.processes import free_port

pytestmark = pytest.mark.usefixtures("db", "in_the_back_office")

_hosts = count(1)


@pytest.fixture
def in_the_back_office() -> Iterator[None]:
    with all_companies("a test"):
        yield


@pytest.fixture
def plivo(simulator_url: str) -> NumberClient:
    return NumberClient(DEVELOPMENT_AUTH_ID, DEVELOPMENT_AUTH_TOKEN, simulator_url)


@pytest.fixture
def routing(plivo: NumberClient) -> Routing:
    """To a host that no other test uses: the simulator lives longer than one of them."""
    return Routing(plivo, f"https://ivr-{next(_hosts)}.example.jp")


@pytest.fixture
def number() -> IncomingNumber:
    return factories.incoming_number(factories.account(), f"+8150310{next(_hosts):05d}")


def applications(simulator_url: str, name: str) -> int:
    """How many of that name Plivo has, asked without our client."""
    found, offset = 0, 0
    while True:
        page = requests.get(
            f"{simulator_url}/v1/Account/{DEVELOPMENT_AUTH_ID}/Application/",
            params={"offset": offset},
            auth=(DEVELOPMENT_AUTH_ID, DEVELOPMENT_AUTH_TOKEN),
            timeout=5,
        ).json()
        found += sum(each["app_name"] == name for each in page["objects"])
        offset += len(page["objects"])
        if page["meta"]["next"] is None:
            return found


def route_of(number: IncomingNumber, routing: Routing) -> Route:
    return routing.route_of(application_of(number.number, routing))


def test_a_number_is_assigned_and_the_trail_says_so(
    routing: Routing, number: IncomingNumber, simulator_url: str
) -> None:
    assert route_of(number, routing) is Route.ELSEWHERE
    assign_number(number.id, routing)
    application = application_of(number.number, routing)
    assert application is not None
    assert application.name == routing.application_name
    assert application.webhooks == Webhooks(
        answer_url=f"{routing.public_base_url}/ivr/answer",
        hangup_url=f"{routing.public_base_url}/ivr/hangup",
        fallback_answer_url=f"{routing.public_base_url}/ivr/fallback",
    )
    assert route_of(number, routing) is Route.OURS
    company_id = number_routing.incoming_number.by_id(number.id).account.company_id  # type: ignore[union-attr]
    assert trail() == [("incoming_number.route", company_id)]


def test_twice_is_once(routing: Routing, number: IncomingNumber, simulator_url: str) -> None:
    assign_number(number.id, routing)
    before = trail()
    assign_number(number.id, routing)
    assert trail() == before
    assert applications(simulator_url, routing.application_name) == 1


def test_all_numbers_share_one_application(
    routing: Routing, number: IncomingNumber, simulator_url: str
) -> None:
    other = factories.incoming_number(factories.account(), f"+8150320{next(_hosts):05d}")
    assign_number(number.id, routing)
    assign_number(other.id, routing)
    assert applications(simulator_url, routing.application_name) == 1
    assert application_of(number.number, routing) == application_of(other.number, routing)


def test_an_application_with_old_addresses_is_put_right(
    routing: Routing, plivo: NumberClient, number: IncomingNumber, simulator_url: str
) -> None:
    old = Webhooks(*(f"{routing.public_base_url}/old/{name}" for name in "ahf"), "GET")
    plivo.assign(number.number, plivo.create_application(routing.application_name, old))
    assert route_of(number, routing) is Route.OUTDATED
    assign_number(number.id, routing)
    assert route_of(number, routing) is Route.OURS
    assert applications(simulator_url, routing.application_name) == 1


def test_another_installation_keeps_its_application(
    routing: Routing, plivo: NumberClient, number: IncomingNumber
) -> None:
    trial = Routing(plivo, "https://trial.example.jp")
    assign_number(number.id, trial)
    assert route_of(number, routing) is Route.ELSEWHERE
    other = factories.incoming_number(factories.account(), f"+8150330{next(_hosts):05d}")
    assign_number(other.id, routing)
    assert route_of(number, trial) is Route.OURS


def test_our_application_is_found_behind_many_others(
    routing: Routing, plivo: NumberClient, number: IncomingNumber, simulator_url: str
) -> None:
    for index in range(21):
        plivo.create_application(f"other-{index}", routing.webhooks)
    assign_number(number.id, Routing(plivo, "https://behind.example.jp"))
    assign_number(
        factories.incoming_number(factories.account(), f"+8150340{next(_hosts):05d}").id,
        Routing(plivo, "https://behind.example.jp"),
    )
    assert applications(simulator_url, "todoku-behind-example-jp") == 1


def test_a_number_that_is_not_rented(routing: Routing) -> None:
    unknown = factories.incoming_number(factories.account(), "+8150")  # Plivo answers 404
    refused("plivo_number_not_rented", lambda: assign_number(unknown.id, routing))
    refused("plivo_number_not_rented", lambda: application_of(unknown.number, routing))


def test_wrong_credentials(simulator_url: str, number: IncomingNumber) -> None:
    stranger = NumberClient(DEVELOPMENT_AUTH_ID, "another-token-of-plivo", simulator_url)
    routing = Routing(stranger, "https://ivr.example.jp")
    refused("plivo_credentials", lambda: assign_number(number.id, routing))


def test_plivo_is_away(number: IncomingNumber) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    client = NumberClient(DEVELOPMENT_AUTH_ID, DEVELOPMENT_AUTH_TOKEN, nobody)
    routing = Routing(client, "https://ivr.example.jp")
    refused("plivo_away", lambda: assign_number(number.id, routing))


def test_a_number_that_was_deleted_meanwhile(routing: Routing) -> None:
    refused("row_gone", lambda: assign_number(999_999, routing))
