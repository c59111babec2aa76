"""Calls and messages of all companies are found by any of their numbers and by whose they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.call_flow import CallState
from app.domain.sms_status import MessageStatus
from app.models.call import Call
from app.models.database import session, transaction
from app.models.tenant_scope import all_companies
from app.portal.back_office import log_view
from tests.portal.conftest import Visitor
from tests.support import factories

pytestmark = pytest.mark.slow

NewVisitor = Callable[[], Visitor]
MOBILE, LANDLINE, KEYED = "+819011112222", "+81311112222", "+818033334444"
OTHERS = "+819099998888"


@pytest.fixture
def operator(visitor: NewVisitor) -> Visitor:
    return visitor().sign_in(factories.user(is_operator=True))


@pytest.fixture
def stranger() -> str:
    """The id of another company's message, which no search of these tests may find."""
    call = factories.call(factories.incoming_number(factories.account("Strangers")), caller=OTHERS)
    return str(factories.message(call).id)


def found(operator: Visitor, screen: str, **searched: str) -> set[str]:
    answer = operator.client.get(f"/back-office/{screen}/", query_string=searched)
    assert answer.status_code == 200
    parts = answer.get_data(as_text=True).split(f'href="/back-office/{screen}/')[1:]
    return {part[:36] for part in parts if part[8:9] == "-"}


def test_calls_by_each_of_their_numbers(operator: Visitor, stranger: str) -> None:
    number = factories.incoming_number(factories.account())
    by_mobile = factories.call(number, caller=MOBILE, recipient=MOBILE)
    keyed = factories.call(number, caller=LANDLINE, recipient=KEYED)
    limited = factories.call(number, caller=None, recipient=KEYED, state=CallState.LIMITED)
    unknown = factories.call(number, caller=None, recipient=None, state=CallState.NO_FLOW)
    with all_companies("test"), transaction():
        session.get_one(Call, keyed.id).attempt = 1
        session.get_one(Call, limited.id).attempt = 2
        of_nobody = session.get_one(Call, unknown.id)
        of_nobody.account_id = of_nobody.incoming_number_id = None
        of_nobody.called = "+815099990000"
    for wanted, calls in (
        ("090-1111-2222", {by_mobile}),
        ("03-1111-2222", {keyed}),
        (KEYED, {keyed, limited}),
        (number.number, {by_mobile, keyed, limited}),
        ("050-9999-0000", {unknown}),
        ("+819000000000", set()),
        ("abc", set()),
    ):
        assert found(operator, "calls", caller=wanted) == {str(call.id) for call in calls}, wanted
    assert found(operator, "calls", caller=KEYED, state="limited") == {str(limited.id)}


def test_messages_by_each_of_their_numbers(operator: Visitor, stranger: str) -> None:
    number = factories.incoming_number(factories.account())
    one, other = (
        factories.message(factories.call(number, recipient=recipient), status=status)
        for recipient, status in (
            (MOBILE, MessageStatus.DELIVERED),
            (KEYED, MessageStatus.INTERNAL_ERROR),
        )
    )
    search = {"messages": {"recipient": MOBILE}, "dead-letters": {"recipient": KEYED}}
    assert found(operator, "messages", **search["messages"]) == {str(one.id)}
    assert found(operator, "messages", recipient=number.number) == {str(one.id), str(other.id)}
    assert found(operator, "dead-letters", **search["dead-letters"]) == {str(other.id)}
    assert found(operator, "dead-letters", recipient=MOBILE) == set()


@pytest.mark.parametrize("most_ways", [60, 1, 0])
def test_by_company_or_account(
    operator: Visitor, stranger: str, monkeypatch: pytest.MonkeyPatch, most_ways: int
) -> None:
    """The same rows, whichever way leads to them."""
    monkeypatch.setattr(log_view, "MOST_WAYS", most_ways)
    company = factories.company("Northern Trains")
    accounts = [factories.account(name, of=company) for name in ("Tickets", "Lost and found")]
    numbers = [factories.incoming_number(account) for account in accounts]
    calls = [factories.call(number, caller=MOBILE) for number in numbers]
    messages = [factories.message(call) for call in calls]
    for screen, rows in (("calls", calls), ("messages", messages)):
        assert found(operator, screen, account="northern") == {str(row.id) for row in rows}
        assert found(operator, screen, account="Tickets") == {str(rows[0].id)}
        assert found(operator, screen, account="nobody") == set()
    assert found(operator, "calls", account="Tickets", caller=MOBILE) == {str(calls[0].id)}
    assert found(operator, "messages", account="tickets", status="delivered") == set()
    assert found(operator, "messages", account="tickets", status="waiting") == {str(messages[0].id)}


def test_the_newest_come_first_and_only_they_are_counted(
    operator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_view.LogView, "counted_up_to", 3)
    number = factories.incoming_number(factories.account())
    ids = [str(factories.call(number, caller=MOBILE).id) for _ in range(5)]
    assert found(operator, "calls", caller=MOBILE) == set(ids[-3:])
