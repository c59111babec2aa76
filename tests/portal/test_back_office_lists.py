"""Lists of our own staff: searched, counted up to a bound, few statements, a trace left."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.domain.call_flow import CallState
from app.domain.sms_status import MessageStatus
from app.models.audit_entry import AuditEntry
from app.models.call import Call
from app.models.company import Company
from app.models.database import session, transaction
from app.models.message import Message
from tests.portal.conftest import Visitor
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.any_database]

NewVisitor = Callable[[], Visitor]
BASE = "/back-office"
SCREENS = (
    *("companies", "ip-ranges", "accounts", "numbers", "sender-numbers", "users"),
    *("company-admins", "messages", "dead-letters", "calls", "operators"),
)


@pytest.fixture
def operator(visitor: NewVisitor) -> Visitor:
    return visitor().sign_in(factories.user("operator@example.jp", is_operator=True))


def rows_everywhere(how_many: int) -> tuple[Call, Message]:
    for _ in range(how_many):
        account = factories.account()
        factories.member_of(account)
        factories.sender_number(account)
        call = factories.call(factories.incoming_number(account))
        message = factories.message(call)
    return call, message


@pytest.mark.parametrize("screen", SCREENS)
def test_a_page_takes_few_statements_however_many_rows(
    operator: Visitor, statements: list[str], screen: str
) -> None:
    rows_everywhere(12)
    statements.clear()
    assert operator.get(f"{BASE}/{screen}/").status_code == 200
    assert len(statements) <= 10, statements


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize(
    "query",
    [
        "sort=bogus&descending=1",
        "sort=account.name",
        "page=x",
        "page=0",
        "page=99999999999",
        "psize=x&psize_CallView=-1",
        "_flt_0_bogus=1&_flt_0_name=x&_oc_X=y",
        "name=%00&account=%00&caller=%00&recipient=%00&number=%00&user=%00&company=%00",
        "status=bogus&state=bogus&is_active=bogus",
        "name=%25_\\&account='&number=+&caller=abc&digits=٣&company=😀",
        "name=" + "x" * 3000,
    ],
)
def test_nonsense_in_the_address_is_no_error(operator: Visitor, screen: str, query: str) -> None:
    rows_everywhere(1)
    assert operator.get(f"{BASE}/{screen}/?{query}").status_code == 200


def test_a_big_table_is_counted_up_to_a_thousand(
    operator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction():
        session.add_all(Company(name=f"Company {index:04}") for index in range(1001))
    first = operator.text(f"{BASE}/companies/")
    assert "1,000 or more" in first
    assert "1,000 or more" in operator.text(f"{BASE}/companies/?page=20")
    assert "Company 0999" in operator.text(f"{BASE}/companies/?page=9999")
    assert "10 in all" in operator.text(f"{BASE}/companies/?name=Company 001")


def test_calls_are_found_by_number_and_status(operator: Visitor) -> None:
    number = factories.incoming_number(factories.account("本店"), "+815030000001")
    factories.call(number, caller="+819011112222")
    factories.call(number, caller="+819033334444", state=CallState.GAVE_UP, recipient=None)
    factories.call(number, caller=None, state=CallState.ASKING, recipient=None)
    everything = operator.text(f"{BASE}/calls/")
    assert "3 in all" in everything
    assert "本店" in everything
    for query in (
        "caller=090-1111-2222",
        "caller=%2B819011112222",
        "caller=０９０１１１１２２２２",
    ):
        page = operator.text(f"{BASE}/calls/?{query}")
        assert "1 in all" in page
        assert "090-1111-2222" in page
    assert "3 in all" in operator.text(f"{BASE}/calls/?caller=05030000001")
    gave_up = operator.text(f"{BASE}/calls/?state=gave_up")
    assert "1 in all" in gave_up
    assert "090-3333-4444" in gave_up
    assert "Nothing found" in operator.text(f"{BASE}/calls/?account=支店")


def test_messages_are_found_by_number_and_status(operator: Visitor) -> None:
    number = factories.incoming_number(factories.account())
    for recipient, status in (
        ("+819011112222", MessageStatus.DELIVERED),
        ("+819033334444", MessageStatus.FAILED),
    ):
        factories.message(factories.call(number, recipient=recipient), status=status)
    assert "2 in all" in operator.text(f"{BASE}/messages/")
    failed = operator.text(f"{BASE}/messages/?status=failed")
    assert "1 in all" in failed
    assert "090-3333-4444" in failed
    assert "1 in all" in operator.text(f"{BASE}/messages/?recipient=090 1111 2222")


@pytest.mark.parametrize("screen", ["calls", "messages"])
def test_a_row_opens_by_its_uuid(operator: Visitor, screen: str) -> None:
    call, message = rows_everywhere(1)
    row = call if screen == "calls" else message
    page = operator.text(f"{BASE}/{screen}/{row.id}")
    assert str(row.id) in page
    for nonsense in (uuid.uuid4(), "1", "x", "add", f"{row.id}/edit", f"{row.id}/delete"):
        assert operator.get(f"{BASE}/{screen}/{nonsense}").status_code == 404


@pytest.mark.parametrize("screen", ["calls", "messages"])
def test_every_look_is_in_the_audit_trail(operator: Visitor, screen: str) -> None:
    call, message = rows_everywhere(1)
    row = call if screen == "calls" else message
    operator.get(f"{BASE}/{screen}/?account=本店")
    operator.get(f"{BASE}/{screen}/{row.id}")
    session.rollback()
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "operator.view").order_by(AuditEntry.id)
    ).all()
    assert [(entry.actor, entry.subject, entry.after) for entry in entries] == [
        ("operator@example.jp", f"{BASE}/{screen}", {"account": "本店"}),
        ("operator@example.jp", f"{BASE}/{screen}/{row.id}", None),
    ]
    assert entries[1].company_id is not None


def test_users_are_found_by_name_and_address(operator: Visitor) -> None:
    factories.user("sato@example.jp")
    factories.user("suzuki@example.jp")
    page = operator.text(f"{BASE}/users/?mail_address=SATO")
    assert "sato@example.jp" in page
    assert "suzuki@example.jp" not in page


def test_percent_is_an_ordinary_letter(operator: Visitor) -> None:
    factories.company("50% company")
    factories.company("other company")
    page = operator.text(f"{BASE}/companies/?name=0%25")
    assert "50% company" in page
    assert "other company" not in page


def test_numbers_are_found_in_any_form(operator: Visitor) -> None:
    account = factories.account("本店")
    factories.incoming_number(account, "+815030000001")
    factories.incoming_number(account, "+815030000002")
    factories.sender_number(account, "0312345678")
    assert "1 in all" in operator.text(f"{BASE}/numbers/?number=050-3000-0001")
    assert "2 in all" in operator.text(f"{BASE}/numbers/?number=050-3000")
    assert "2 in all" in operator.text(f"{BASE}/numbers/?account=本店")
    assert "03-1234-5678" in operator.text(f"{BASE}/sender-numbers/?digits=1234-5678")
