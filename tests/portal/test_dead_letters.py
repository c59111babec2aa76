"""SMS that were given up on: our own staff sees why and sends them again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.sms_status import MessageStatus
from app.models.database import session
from app.models.message import Message
from app.models.send_attempt import AttemptOutcome
from app.models.tenant_scope import all_companies
from tests.portal.conftest import Visitor
from tests.support import factories

pytestmark = pytest.mark.any_database

LIST = "/back-office/dead-letters/"


@pytest.fixture
def operator(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_in(factories.user(is_operator=True))


def dead_letter(recipient: str, error_code: str, outcome: AttemptOutcome | None) -> Message:
    call = factories.call(factories.incoming_number(factories.account()), recipient=recipient)
    return factories.message(
        call,
        status=MessageStatus.INTERNAL_ERROR,
        error_code=error_code,
        attempts=12,
        outcome=outcome,
    )


def test_only_dead_letters_are_listed_and_found_by_reason(operator: Visitor) -> None:
    dead_letter("+819011112222", "gave_up", AttemptOutcome.NOT_ACCEPTED)
    dead_letter("+819033334444", "403", AttemptOutcome.REFUSED)
    call = factories.call(factories.incoming_number(factories.account()))
    factories.message(call, status=MessageStatus.FAILED)
    assert "2 in all" in operator.text(LIST)
    refused = operator.text(f"{LIST}?error_code=403")
    assert "1 in all" in refused
    assert "090-3333-4444" in refused
    assert "country not enabled" in refused


def test_sending_again(operator: Visitor) -> None:
    message = dead_letter("+819011112222", "gave_up", AttemptOutcome.NOT_ACCEPTED)
    assert "not accepted by Plivo" in operator.text(f"{LIST}{message.id}")
    assert "handed to Plivo once more" in operator.text(f"{LIST}{message.id}/resend")
    answer = operator.post(f"{LIST}{message.id}/resend")
    assert answer.location == LIST
    assert "is sent again" in operator.text(LIST)
    session.rollback()
    with all_companies("test"):
        assert session.get_one(Message, message.id).status is MessageStatus.WAITING


def test_what_may_have_been_sent_is_not(operator: Visitor) -> None:
    message = dead_letter("+819011112222", "gave_up", None)
    operator.post(f"{LIST}{message.id}/resend")
    assert "Plivo may have accepted this SMS" in operator.text(f"{LIST}{message.id}")
