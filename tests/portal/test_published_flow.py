"""「公開済みフロー」: what callers get now, to read only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.domain.guidance_texts import FIXED
from app.domain.roles import Role
from app.models.account import Account
from app.models.database import session, transaction
from app.models.flow import Flow
from app.models.flow_version import FlowVersion
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import all_companies
from tests.portal.conftest import Visitor
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]


@pytest.fixture
def someone(visitor: NewVisitor, account: Account) -> Visitor:
    return visitor().sign_in(factories.member_of(account, Role.MEMBER))


def _address(number: IncomingNumber) -> str:
    return f"/numbers/{number.id}/flow/published/"


def test_it_shows_the_published_version_and_not_the_draft(
    someone: Visitor, account: Account, number: IncomingNumber
) -> None:
    flow = factories.published_flow(number)
    publisher = factories.member_of(account)
    with all_companies("test"), transaction():
        version = session.get_one(FlowVersion, flow.published_version_id)
        version.published_by_id = publisher.id
        row = session.get_one(Flow, flow.id)
        row.published_at = datetime(2025, 2, 21, 5, 48, tzinfo=UTC)
        row.draft = {"guidances": {"1": {"text": "下書き"}}, "sms": None}
    text = someone.text(_address(number))
    sms = factories.CONTENT.sms
    assert sms is not None
    for word in (
        *[guidance.text for guidance in factories.CONTENT.guidances.values()],
        *FIXED.values(),
        sms.body,
        sms.short_urls[0],
        "03-1234-5678",
        "050-3000-0001",
        "2025/2/21 14:48",
        "Version 1",
        publisher.name,
        "Unpublished changes",
    ):
        assert word in text, word
    assert "下書き" not in text


def test_nothing_can_be_typed(someone: Visitor, number: IncomingNumber) -> None:
    factories.published_flow(number)
    page = someone.get(_address(number)).get_data(as_text=True)
    for control in ("<textarea", "<select", 'type="text"'):
        assert control not in page


def test_an_unpublished_flow_has_no_such_page(someone: Visitor, number: IncomingNumber) -> None:
    factories.draft_flow(number)
    assert someone.get(_address(number)).status_code == 404


def test_a_strangers_flow_does_not_exist(someone: Visitor) -> None:
    theirs = factories.incoming_number(factories.account())
    factories.published_flow(theirs)
    assert someone.get(_address(theirs)).status_code == 404


def test_the_page_costs_few_statements(
    someone: Visitor, number: IncomingNumber, statements: list[str]
) -> None:
    factories.published_flow(number)
    statements.clear()
    assert someone.get(_address(number)).status_code == 200
    assert len(statements) <= 10, statements
