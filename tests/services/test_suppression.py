"""配信停止リスト: who comes onto it, and that nothing is sent to whom it names."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.refusals import Refusal
from app.domain.sms_status import MessageStatus
from app.models import suppressed_number
from app.models.account import Account
from app.models.audit_entry import AuditEntry
from app.models.database import session
from app.models.suppressed_number import Reason
from app.models.tenant_scope import account_scope, all_companies
from app.providers.plivo import status_report
from app.providers.plivo.client import SmsClient
from app.providers.plivo.status_report import StatusReport
from app.services import suppression
from app.services.csv_upload import ImportRefused
from app.services.message_sending import send_next
from app.services.message_status import take_status_report
from tests.services.test_message_sending import accepted, now, outbox
from tests.support import factories

pytestmark = pytest.mark.usefixtures("db")
MOBILE = factories.MOBILE


@pytest.fixture
def account() -> Account:
    return factories.account()


def listed(account: Account) -> dict[str, Reason]:
    session.remove()
    with account_scope(account.id):
        return {row.number: row.reason for row in suppressed_number.page("", offset=0, limit=50)}


def actions() -> list[str]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.mark.parametrize(
    "typed", ["09012345678", "090-1234-5678", "+819012345678", "０９０−１２３４−５６７８"]
)
def test_added_however_it_is_written_and_once(account: Account, typed: str) -> None:
    assert suppression.suppress_number(account.id, typed) == MOBILE
    assert listed(account) == {MOBILE: Reason.BY_HAND}
    with pytest.raises(Refusal, match="suppressed_already"):
        suppression.suppress_number(account.id, MOBILE)
    assert actions() == ["suppression.add"]
    assert listed(factories.account()) == {}


@pytest.mark.parametrize("typed", ["0312345678", "05030000001", "0120123456", "090", "x", ""])
def test_only_mobiles(account: Account, typed: str) -> None:
    with pytest.raises(Refusal, match="not_a_mobile"):
        suppression.suppress_number(account.id, typed)


def file(*numbers: str) -> bytes:
    return "\r\n".join(["電話番号", *numbers, ""]).encode("utf-8-sig")


def test_a_file_adds_what_is_not_there_yet(account: Account) -> None:
    suppression.suppress_number(account.id, MOBILE)
    numbers = ["090-1234-5678", "08011112222", "8011112222", "+817011112222"]
    assert suppression.import_numbers(account.id, file(*numbers)) == 2
    assert listed(account) == {
        MOBILE: Reason.BY_HAND,
        "+818011112222": Reason.FILE,
        "+817011112222": Reason.FILE,
    }


def test_ten_thousand_lines_are_taken_and_no_more(account: Account) -> None:
    numbers = [f"080{n:08}" for n in range(10_000_000, 10_010_000)]
    assert suppression.import_numbers(account.id, file(*numbers)) == 10_000
    with pytest.raises(Refusal, match="file_too_large"):
        suppression.import_numbers(account.id, file(*numbers, "07011112222"))


def test_a_wrong_line_and_none_is_added(account: Account) -> None:
    with pytest.raises(ImportRefused) as refused:
        suppression.import_numbers(account.id, file("09012345678", "0312345678", "", "x"))
    assert [problem.line for problem in refused.value.problems] == [3, 5]
    assert listed(account) == {}


def test_taken_off_by_its_own_account_only(account: Account) -> None:
    entry = factories.suppressed_number(account)
    with account_scope(factories.account().id), pytest.raises(Refusal, match="row_gone"):
        suppression.take_off_the_list(entry.id)
    with account_scope(account.id):
        assert suppression.take_off_the_list(entry.id) == MOBILE
    assert listed(account) == {}
    assert actions() == ["suppression.remove"]


def test_who_comes_onto_the_list_while_a_message_waits_gets_nothing(
    account: Account, sms_client: SmsClient, simulator_url: str
) -> None:
    recipient = "+818022223331"
    call = factories.call(factories.incoming_number(account), recipient=recipient)
    waiting = factories.message(call)
    factories.suppressed_number(account, recipient)
    send_next(outbox(sms_client))
    settled = now(waiting)
    assert (settled.status, settled.error_code) == (MessageStatus.FAILED, "suppressed")
    assert settled.settled_at is not None
    assert accepted(simulator_url, recipient) == []


def test_who_replies_stop_is_put_on_the_list_once(account: Account) -> None:
    call = factories.call(factories.incoming_number(account))
    sent = factories.message(call, status=MessageStatus.SENT, provider_id="plivo-1")
    for _ in range(2):
        take_status_report(sent.id, stop_report())
    assert listed(account) == {MOBILE: Reason.STOP_REPLY}
    assert now(sent).status is MessageStatus.FAILED
    with all_companies("test"):
        (entry,) = session.scalars(select(AuditEntry))
    assert (entry.action, entry.company_id) == ("suppression.stop_reply", account.company_id)
    with account_scope(account.id):
        (listed_number,) = suppressed_number.page("", offset=0, limit=1)
        suppression.take_off_the_list(listed_number.id)
    take_status_report(sent.id, stop_report())  # Plivo repeats itself
    assert listed(account) == {}


def stop_report() -> StatusReport:
    return status_report.parse(
        {"MessageUUID": "plivo-1", "Status": "undelivered", "ErrorCode": "200"}
    )
