"""What callers hear and what is sent where somebody wants, or gets, no more SMS."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.domain import guidance_texts, short_codes
from app.domain.call_flow import CallState
from app.domain.japan_days import TOKYO
from app.domain.sms_status import MessageStatus
from app.models.account import Account
from app.models.call import Call
from app.models.database import session
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.short_url import ShortUrl
from app.models.sms_quota import SmsQuota
from app.models.tenant_scope import all_companies
from app.services import message_writing, sms_guards
from tests.ivr_webhooks.conftest import Plivo
from tests.support import factories

POSTER, OTHER_POSTER = "815030000001", "815030000101"
MOBILE, OTHER_MOBILE = "819012345678", "819087654321"
LANDLINE = "81312345678"
PER_CALLER, PER_NUMBER = 10, 5


@pytest.fixture
def account(plivo: Plivo) -> Account:
    return factories.account()


@pytest.fixture
def number(account: Account) -> IncomingNumber:
    number = factories.incoming_number(account, f"+{POSTER}")
    factories.published_flow(number)
    other = factories.incoming_number(factories.account(), f"+{OTHER_POSTER}")
    factories.published_flow(other)
    return number


def answer(plivo: Plivo, call_id: str, caller: str = MOBILE, called: str = POSTER) -> str:
    params = plivo.call_params(call_id, caller=caller, called=called)
    return plivo.post("/ivr/answer", params).text


def key_in(plivo: Plivo, call_id: str, digits: str, caller: str = LANDLINE) -> str:
    answer(plivo, call_id, caller)
    params = plivo.call_params(call_id, caller=caller) | {"Digits": digits}
    return plivo.post("/ivr/digits?attempt=1", params).text


def calls() -> list[Call]:
    with all_companies("test"):
        return list(session.scalars(select(Call).order_by(Call.started_at, Call.id)))


def messages() -> list[Message]:
    with all_companies("test"):
        return list(session.scalars(select(Message).order_by(Message.id)))


def refused(document: str) -> bool:
    return guidance_texts.NO_SMS_NOTICE in document and "<Hangup" in document


@pytest.mark.usefixtures("number")
class TestDailyLimits:
    def test_of_a_caller(self, plivo: Plivo) -> None:
        heard = [answer(plivo, f"c{n}") for n in range(PER_CALLER + 2)]
        assert [refused(document) for document in heard] == [False] * PER_CALLER + [True] * 2
        assert len(messages()) == len(plivo.enqueued) == PER_CALLER
        assert [call.state for call in calls()[-2:]] == [CallState.LIMITED] * 2
        assert not refused(answer(plivo, "another caller", OTHER_MOBILE))
        assert not refused(answer(plivo, "another account", MOBILE, OTHER_POSTER))

    def test_of_a_number_that_is_keyed_in_by_whomever(self, plivo: Plivo) -> None:
        callers = [f"8131234567{n}" for n in range(PER_NUMBER)] + ["anonymous"]
        heard = [key_in(plivo, f"c{n}", "09012345678#", caller) for n, caller in enumerate(callers)]
        assert [refused(document) for document in heard] == [False] * PER_NUMBER + [True]
        assert calls()[-1].state is CallState.LIMITED
        assert not refused(answer(plivo, "its owner calls", MOBILE))

    def test_of_a_caller_who_keys_in_ever_other_numbers(self, plivo: Plivo) -> None:
        heard = [key_in(plivo, f"c{n}", f"0901234567{n % 10}#") for n in range(PER_CALLER + 1)]
        assert [refused(document) for document in heard] == [False] * PER_CALLER + [True]

    def test_a_repeated_webhook_counts_once_and_hears_the_same(self, plivo: Plivo) -> None:
        for n in range(PER_CALLER - 1):
            answer(plivo, f"c{n}")
        assert {refused(answer(plivo, "tenth")) for _ in range(3)} == {False}
        assert {refused(answer(plivo, "eleventh")) for _ in range(3)} == {True}
        keyed = {key_in(plivo, "keyed", "09087654321#") for _ in range(3)}
        assert not any(map(refused, keyed))
        assert len(messages()) == PER_CALLER + 1

    def test_a_new_day_in_japan_begins_anew(self, plivo: Plivo) -> None:
        noon = clock.now().astimezone(TOKYO).replace(hour=12) + timedelta(days=1)
        with time_machine.travel(noon.replace(hour=23, minute=59, second=30), tick=False):
            heard = [answer(plivo, f"c{n}") for n in range(PER_CALLER + 1)]
            assert refused(heard[-1])
        with time_machine.travel(noon + timedelta(hours=12, seconds=1), tick=False):
            assert not refused(answer(plivo, "after midnight"))
        with time_machine.travel(noon + timedelta(days=1), tick=False):
            sms_guards.forget_old_counts()
            assert len(counts()) == 2
        with time_machine.travel(noon + timedelta(days=2), tick=False):
            sms_guards.forget_old_counts()
            assert len(counts()) == 1

    def test_many_at_once_never_get_more(self, plivo: Plivo) -> None:
        def at_once(n: int) -> bool:
            return refused(answer(plivo, f"c{n}"))

        with ThreadPoolExecutor(8) as threads:
            said_no = list(threads.map(at_once, range(PER_CALLER + 6)))
        assert said_no.count(True) == 6
        assert len(messages()) == PER_CALLER


@pytest.mark.usefixtures("number")
class TestSuppressionList:
    def test_no_sms_is_promised_and_the_log_shows_why(self, plivo: Plivo, account: Account) -> None:
        factories.suppressed_number(account, f"+{MOBILE}")
        assert refused(answer(plivo, "c1"))
        assert refused(answer(plivo, "c1"))
        assert refused(key_in(plivo, "c2", "09012345678#"))
        assert plivo.enqueued == []
        assert [call.state for call in calls()] == [CallState.SUPPRESSED] * 2
        for message in messages():
            assert message.status is MessageStatus.FAILED
            assert message.error_code == "suppressed"
            assert message.settled_at is not None

    def test_of_another_account_has_no_say(self, plivo: Plivo, account: Account) -> None:
        factories.suppressed_number(account, f"+{MOBILE}")
        assert not refused(answer(plivo, "c1", MOBILE, OTHER_POSTER))
        assert len(plivo.enqueued) == 1


def counts() -> list[SmsQuota]:
    with all_companies("test"):
        return list(session.scalars(select(SmsQuota)))


def test_a_code_that_is_taken_is_drawn_again(
    plivo: Plivo, number: IncomingNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = factories.message(factories.call(number))
    factories.short_url(earlier, "Taken123", "https://www.example.jp/other")
    drawn = iter(["Taken123", "Taken123", "Free4567"])
    monkeypatch.setattr(
        message_writing, "new_code", lambda: next(drawn, None) or short_codes.new_code()
    )
    answer(plivo, "c1")
    with all_companies("test"):
        owed = session.scalars(select(Message).where(Message.id != earlier.id)).one()
        links = session.scalars(select(ShortUrl).where(ShortUrl.message_id == owed.id)).all()
    assert "Free4567" in [link.code for link in links]
    for link in links:
        assert f"https://qms.jp/{link.code} " in owed.text
    assert "Taken123" not in owed.text
