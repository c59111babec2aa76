"""One SMS at an address of its own: what is told of it, and to whom."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from app import clock
from app.domain.call_flow import CallState
from app.domain.carriers import Carrier
from app.domain.sms_status import MessageStatus
from app.models import delivery_proof
from app.models.account import Account
from app.models.call import Call
from app.models.database import Base, session, transaction
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.send_attempt import AttemptOutcome, SendAttempt
from app.models.tenant_scope import all_companies
from app.services.link_clicks import Click, record_clicks
from tests.portal.conftest import Visitor, words
from tests.support import factories

NewVisitor = Callable[[], Visitor]
NOW = datetime(2025, 2, 21, 5, 48, tzinfo=UTC)  # 14:48 in Japan
BROWSER = "Mozilla/5.0 (Linux; Android 14; SO-51D) Chrome/130.0.0.0 Mobile Safari/537.36"
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def clock_stands() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def _set(table: type[Base], key: object, **columns: object) -> None:
    with all_companies("test"), transaction():
        row = session.get_one(table, key)
        for name, value in columns.items():
            setattr(row, name, value)


def _course(someone: Visitor, message: Message) -> list[str]:
    """The timeline's steps in words, with the time where there is one."""
    page = someone.get(f"/deliveries/{message.id}").get_data(as_text=True)
    steps = re.findall(r'<li class="timeline__event.*?</li>', page, re.S)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", step)).split()) for step in steps]


def test_the_course_of_a_keyed_in_number(someone: Visitor, number: IncomingNumber) -> None:
    flow = factories.published_flow(number)
    call = factories.call(number, caller="+81312345678", flow=flow, recipient="+819011112222")
    _set(Call, call.id, attempt=2, ended_at=NOW + 40 * SECOND)
    message = factories.message(
        call, accepted_at=NOW + 25 * SECOND, claimed_at=NOW + 26 * SECOND, attempts=1,
        provider_id="one",
    )  # fmt: skip
    _set(
        Message,
        message.id,
        status=MessageStatus.DELIVERED,
        carrier=Carrier.DOCOMO,
        sent_at=NOW + 26 * SECOND,
        delivered_at=NOW + 25 * SECOND,  # a carrier whose clock is behind ours
        settled_at=NOW + 30 * SECOND,
    )
    assert _course(someone, message) == [
        "Call from 03-1234-5678 to 050-3000-0001 Flow: version 1 2025/02/21 14:48:00",
        "Guidance sent to the call ① Greeting → ② Asking for a mobile number "
        "→ ③ How to key in the number → ⑤ Asking again",
        "Number keyed in: 090-1111-2222 SMS accepted 2025/02/21 14:48:25",
        "Guidance sent to the call ④ Notice that the SMS is sent",
        "Sending The provider accepted it. 2025/02/21 14:48:26",
        "Delivered docomo 2025/02/21 14:48:25",
        "Call ended 2025/02/21 14:48:40",
    ]


def test_the_course_from_a_mobile_so_far(someone: Visitor, number: IncomingNumber) -> None:
    message = factories.message(factories.call(number), status=MessageStatus.SENDING, attempts=1)
    assert _course(someone, message) == [
        "Call from 090-1234-5678 to 050-3000-0001 2025/02/21 14:48:00",
        "SMS accepted To the number of the caller 2025/02/21 14:48:00",
        "Guidance sent to the call ④ Notice that the SMS is sent",
        "Sending Whether the provider accepted it is not known. 2025/02/21 14:48:00",
        "Now: Preparing",
    ]


def test_every_attempt_is_told_and_the_next_one(someone: Visitor, number: IncomingNumber) -> None:
    message = factories.message(
        factories.call(number, caller=None), attempts=2, provider_id="two", error_code="80"
    )
    with all_companies("test"), transaction():
        first = SendAttempt(message_id=message.id, number=1, account_id=number.account_id)
        first.claimed_at, first.outcome = NOW - SECOND, AttemptOutcome.NOT_ACCEPTED
        session.add(first)
    settled = {"settled_at": NOW + SECOND, "resend_at": NOW + timedelta(minutes=5)}
    _set(Message, message.id, status=MessageStatus.RETRYABLE, **settled)
    course = _course(someone, message)
    assert course[0] == "Sending, attempt 1 The provider did not accept it. 2025/02/21 14:47:59"
    assert "its own number withheld" in course[1]
    assert course[-3:] == [
        "Sending, attempt 2 The provider accepted it. 2025/02/21 14:48:00",
        "Retry The handset was off or out of reach. (code 80) 2025/02/21 14:48:01",
        "To be sent again at 2025/2/21 14:53",
    ]


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (MessageStatus.FAILED, "suppressed", "Failed The number is on the suppression list."),
        (MessageStatus.INTERNAL_ERROR, "gave_up", "The provider could not be reached."),
        (MessageStatus.CARRIER_ERROR, "30", "Held back by the carrier's spam filter. (code 30)"),
        (MessageStatus.INTERNAL_ERROR, "900", "Internal error code 900"),
        (MessageStatus.UNKNOWN, None, "Undetermined 2025"),
    ],
)
def test_the_reason_is_told_in_words(
    someone: Visitor, number: IncomingNumber, status: MessageStatus, code: str | None, told: str
) -> None:
    message = factories.message(factories.call(number), status=status, error_code=code)
    _set(Message, message.id, settled_at=NOW)
    assert told in " ".join(_course(someone, message))


def test_a_suppressed_number_heard_so(someone: Visitor, number: IncomingNumber) -> None:
    call = factories.call(number, state=CallState.SUPPRESSED)
    message = factories.message(call, status=MessageStatus.FAILED, error_code="suppressed")
    course = _course(someone, message)
    assert "Guidance sent to the call Notice that no SMS can be sent" in course
    assert "④" not in " ".join(course)


def test_everything_else_is_there_too(someone: Visitor, number: IncomingNumber) -> None:
    message = factories.message(factories.call(number), status=MessageStatus.SENT)
    _set(
        Message,
        message.id,
        sent_at=NOW + 2 * SECOND,
        body="Read https://www.example.jp/long <b>",
        text="Read  https://qms.jp/aB3dE5gH  <b>",
        billed_units=3,
    )
    answer = someone.get(f"/deliveries/{message.id}")
    for word in (
        f"{message.id}-1",
        f"IVRCampaign_{message.id}",
        "2025/02/21 14:48:02",
        "Read https://www.example.jp/long <b>",
        "Read https://qms.jp/aB3dE5gH <b>",
        "Number of parts 3",
        "As of 2025/02/21 14:48:00 (Japan time)",
        "本店",
    ):
        assert word in words(answer), word
    assert "<b>" not in answer.get_data(as_text=True)


def test_who_opened_the_links(
    someone: Visitor, number: IncomingNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_proof, "MOST_CLICKS", 2)
    message = factories.message(factories.call(number), text="See  https://qms.jp/Open1234 ")
    _set(Message, message.id, body="See https://www.example.jp/")
    factories.short_url(message, "Open1234", "https://www.example.jp/")
    click = Click("Open1234", number.account_id, clock.now(), "GET", BROWSER, "", "203.0.113.7")
    bot = replace(click, method="HEAD")
    record_clicks([click, bot, click, replace(click, at=NOW + SECOND)], secret_key="k" * 16)
    opened = [step for step in _course(someone, message) if step.startswith("Link opened")]
    assert opened == ["Link opened https://www.example.jp/ 2025/02/21 14:48:00"] * 2
    page = someone.text(f"/deliveries/{message.id}")
    assert "Link first opened 2025/02/21 14:48:00" in page
    assert "Link opened by people 3 times" in page
    assert "Only the first 2 openings are listed." in page


def test_nobody_else_s_message_is_there(someone: Visitor, account: Account) -> None:
    sister = factories.account("支店")
    _set(Account, sister.id, company_id=account.company_id)
    for other in (sister, factories.account()):
        theirs = factories.message(factories.call(factories.incoming_number(other)))
        assert someone.get(f"/deliveries/{theirs.id}").status_code == 404
    for odd in (uuid.uuid4(), "1", "..%2f", "x" * 500):
        assert someone.get(f"/deliveries/{odd}").status_code == 404


def test_it_costs_few_statements(
    someone: Visitor, number: IncomingNumber, statements: list[str]
) -> None:
    call = factories.call(number, flow=factories.published_flow(number))
    message = factories.message(call, attempts=1, provider_id="one", text="https://qms.jp/x")
    _set(Message, message.id, body="https://www.example.jp/")
    statements.clear()
    someone.get(f"/deliveries/{message.id}")
    assert len(statements) <= 10, statements
