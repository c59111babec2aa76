"""「Plivoに割り当てる」: where a number's calls go, seen and changed by our own staff."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.models.audit_entry import AuditEntry
from app.models.database import session
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import all_companies
from app.providers.plivo.failures import SendRefused
from app.providers.plivo.numbers import Application, NumberClient, Webhooks
from app.services.number_routing import Routing
from tests.portal.conftest import Visitor
from tests.support import factories

pytestmark = pytest.mark.any_database

LIST = "/back-office/numbers/"
BASE = "https://ivr.example.jp"
NUMBER = "+815030000001"


class Plivo(NumberClient):
    """In memory: the real one's answers are tested with the service."""

    def __init__(self) -> None:
        self.by_id: dict[str, Application] = {}
        self.of_number: dict[str, str | None] = {NUMBER: None}

    def application_of(self, number: str) -> Application | None:
        if number not in self.of_number:
            raise SendRefused("404", "not found")
        return self.by_id.get(self.of_number[number] or "")

    def application_named(self, name: str) -> Application | None:
        return next((each for each in self.by_id.values() if each.name == name), None)

    def create_application(self, name: str, webhooks: Webhooks) -> str:
        app_id = str(len(self.by_id) + 1)
        self.by_id[app_id] = Application(app_id, name, webhooks)
        return app_id

    def change_application(self, app_id: str, webhooks: Webhooks) -> None:
        self.by_id[app_id] = Application(app_id, self.by_id[app_id].name, webhooks)

    def assign(self, number: str, app_id: str) -> None:
        self.of_number[number] = app_id


@pytest.fixture
def plivo(app: Flask) -> Plivo:
    plivo = Plivo()
    app.extensions["todoku_routing"] = Routing(plivo, BASE)
    return plivo


@pytest.fixture
def operator(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_in(factories.user(is_operator=True))


def address_of(number: str) -> str:
    return f"{LIST}{factories.incoming_number(factories.account(), number).id}/plivo"


def test_a_number_is_looked_at_assigned_and_looked_at_again(
    operator: Visitor, plivo: Plivo
) -> None:
    address = address_of(NUMBER)
    assert "At Plivo" in operator.text(address.removesuffix("/plivo"))
    page = operator.text(address)
    assert "callers do not reach this service" in page
    assert f"{BASE}/ivr/answer" in page
    assert operator.post(address).location == address
    page = operator.text(address)
    assert "Calls of 050-3000-0001 come to this service now." in page
    assert "Assigned Calls of this number come to this service." in page
    assert "Assign at Plivo" not in page
    session.rollback()
    entry = session.scalars(select(AuditEntry).filter_by(action="incoming_number.route")).one()
    assert entry.subject == NUMBER
    assert entry.after == {
        "application": "todoku-ivr-example-jp",
        "answer_url": f"{BASE}/ivr/answer",
    }


def test_a_number_that_goes_elsewhere(operator: Visitor, plivo: Plivo) -> None:
    elsewhere = Webhooks(*(f"https://other.example/{name}" for name in "ahf"))
    plivo.assign(NUMBER, plivo.create_application("another", elsewhere))
    page = operator.text(address_of(NUMBER))
    assert "Assigning takes it away from there." in page
    assert "https://other.example/a" in page


def test_a_number_is_not_rented(operator: Visitor, plivo: Plivo) -> None:
    address = address_of("+815030000009")
    assert "not rented at Plivo" in operator.text(address)
    answer = operator.post(address)
    assert answer.status_code == 200
    assert "not rented at Plivo" in answer.get_data(as_text=True)


def test_plivo_is_away(operator: Visitor) -> None:
    page = operator.text(address_of(NUMBER))
    assert "Plivo does not answer" in page
    assert "Look again" in page


def test_a_number_that_is_issued_goes_on_to_plivo(operator: Visitor, plivo: Plivo) -> None:
    account = factories.account()
    operator.get(f"{LIST}add")
    answer = operator.post(f"{LIST}add", number="050-3000-0001", account_id=account.id, label="")
    with all_companies("a test"):
        row = session.scalars(select(IncomingNumber)).one()
    assert answer.location == f"{LIST}{row.id}/plivo"
    page = operator.text(answer.location)
    assert "050-3000-0001 was added." in page
    assert "Assign at Plivo" in page
