"""A call through its webhooks: what is answered, counted and owed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import func, select

from app.domain import guidance_texts
from app.domain.call_flow import CallState
from app.models.call import Call
from app.models.database import session
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.short_url import ShortUrl
from app.models.tenant_scope import all_companies
from app.services import flows
from tests.ivr_webhooks.conftest import BASE_URL, Plivo
from tests.support import factories

POSTER = "+815030000001"


@pytest.fixture
def number(plivo: Plivo) -> IncomingNumber:
    account = factories.account()
    number = factories.incoming_number(account, POSTER)
    factories.published_flow(number)
    other = factories.incoming_number(factories.account(), "+815030000101")
    factories.published_flow(other)
    return number


def calls() -> list[Call]:
    with all_companies("test"):
        return list(session.scalars(select(Call).order_by(Call.id)))


def messages() -> list[Message]:
    with all_companies("test"):
        return list(session.scalars(select(Message).order_by(Message.id)))


def played(document: str) -> list[str]:
    """The slots played: the factories name the audio of slot n with 64 times n."""
    urls = [element.text or "" for element in ET.fromstring(document).iter("Play")]
    assert all(url.startswith(f"{BASE_URL}/ivr/audio/") for url in urls)
    return [url.rsplit("/", 1)[1][0] for url in urls]


def test_a_text_without_audio_is_read_by_plivos_voice(plivo: Plivo) -> None:
    account = factories.account()
    number = factories.incoming_number(account, POSTER)
    factories.published_flow(number, audio={"1": "1" * 64}, spoken={"2": "番号を", "3": "どうぞ"})
    plivo.client.application.config["PLIVO_VOICE"] = "Polly.Takumi"
    params = plivo.call_params("c1", caller="81312345678")
    response = ET.fromstring(plivo.post("/ivr/answer", params).text)
    assert response[0].tag == "Play"
    assert [speak.text for speak in response[1]] == ["番号を", "どうぞ"]
    assert {speak.get("voice") for speak in response[1]} == {"Polly.Takumi"}


def in_parallel(times: int, request: Callable[[], str]) -> set[str]:
    barrier = threading.Barrier(times)

    def at_once(_: int) -> str:
        barrier.wait()
        return request()

    with ThreadPoolExecutor(times) as threads:
        return set(threads.map(at_once, range(times)))


@pytest.mark.usefixtures("number")
class TestMobileCaller:
    def test_hears_the_announcement_and_is_owed_one_sms(self, plivo: Plivo) -> None:
        answer = plivo.post("/ivr/answer", plivo.call_params("c1"))
        assert answer.status_code == 200
        assert answer.mimetype == "application/xml"
        assert played(answer.text) == ["4"]
        (message,) = messages()
        assert message.recipient == "+819012345678"
        assert message.sender == factories.SENDER
        assert message.incoming_number == POSTER
        assert plivo.enqueued == [message.id]

    def test_the_short_url_is_minted_for_this_message(self, plivo: Plivo) -> None:
        for call_id in ("c1", "c2"):
            plivo.post("/ivr/answer", plivo.call_params(call_id))
        with all_companies("test"):
            links = session.execute(
                select(ShortUrl.code, ShortUrl.target, ShortUrl.message_id)
            ).all()
        assert len({link.code for link in links}) == 2
        for link, message in zip(
            sorted(links, key=lambda row: row.message_id), messages(), strict=True
        ):
            assert f" https://qms.jp/{link.code} " in message.text
            assert link.target == "https://www.example.jp/a"

    def test_posted_five_times_at_once_counts_once_and_owes_one_sms(self, plivo: Plivo) -> None:
        answers = in_parallel(5, lambda: plivo.post("/ivr/answer", plivo.call_params("c1")).text)
        assert len(answers) == 1
        assert len(calls()) == 1
        assert len(messages()) == 1
        assert len(plivo.enqueued) == 1

    def test_who_hangs_up_during_the_announcement_still_gets_it(self, plivo: Plivo) -> None:
        params = plivo.call_params("c1")
        plivo.post("/ivr/answer", params)
        assert plivo.post("/ivr/hangup", params).status_code == 200
        (call,) = calls()
        assert call.ended_at is not None
        assert len(messages()) == 1


@pytest.mark.usefixtures("number")
class TestAskedCaller:
    def test_keys_in_a_mobile_number(self, plivo: Plivo) -> None:
        params = plivo.call_params("c1", caller="81312345678")
        assert played(plivo.post("/ivr/answer", params).text) == ["1", "2", "3"]
        assert messages() == []
        reply = plivo.post("/ivr/digits?attempt=1", {**params, "Digits": "08011112222"})
        assert played(reply.text) == ["4"]
        (message,) = messages()
        assert message.recipient == "+818011112222"

    def test_three_failures_end_without_an_sms(self, plivo: Plivo) -> None:
        params = plivo.call_params("c1", caller="anonymous")
        plivo.post("/ivr/answer", params)
        heard = [
            played(plivo.post(f"/ivr/digits?attempt={attempt}", {**params, "Digits": digits}).text)
            for attempt, digits in ((1, ""), (2, "0312345678"), (3, "#"))
        ]
        assert heard == [["5"], ["5"], ["6"]]
        (call,) = calls()
        assert call.state is CallState.GAVE_UP
        assert call.caller is None
        assert messages() == []

    def test_the_same_digits_five_times_at_once(self, plivo: Plivo) -> None:
        params = plivo.call_params("c1", caller="anonymous")
        plivo.post("/ivr/answer", params)
        digits = {**params, "Digits": "09033334444"}
        assert len(in_parallel(5, lambda: plivo.post("/ivr/digits?attempt=1", digits).text)) == 1
        assert len(messages()) == 1

    def test_a_repeated_time_out_is_one_failure(self, plivo: Plivo) -> None:
        params = plivo.call_params("c1", caller="anonymous")
        plivo.post("/ivr/answer", params)
        in_parallel(5, lambda: plivo.post("/ivr/digits?attempt=1", {**params, "Digits": ""}).text)
        (call,) = calls()
        assert call.attempt == 2

    def test_who_hung_up_before_keying_in_gets_nothing(self, plivo: Plivo) -> None:
        params = plivo.call_params("c1", caller="anonymous")
        for path in ("/ivr/answer", "/ivr/hangup"):
            plivo.post(path, params)
        plivo.post("/ivr/digits?attempt=1", {**params, "Digits": "09033334444"})
        assert messages() == []


class TestOrder:
    def test_hang_up_before_answer_counts_once_and_owes_nothing(
        self, plivo: Plivo, number: IncomingNumber
    ) -> None:
        params = plivo.call_params("c1", caller="anonymous")
        for path in ("/ivr/hangup", "/ivr/answer", "/ivr/hangup"):
            assert plivo.post(path, params).status_code == 200
        (call,) = calls()
        assert call.incoming_number_id == number.id
        assert messages() == []

    def test_digits_whose_answer_never_came_are_understood(
        self, plivo: Plivo, number: IncomingNumber
    ) -> None:
        params = plivo.call_params("c1", caller="anonymous")
        plivo.post("/ivr/digits?attempt=2", {**params, "Digits": "09033334444"})
        assert len(messages()) == 1

    def test_a_call_keeps_the_version_it_began_with(
        self, plivo: Plivo, number: IncomingNumber
    ) -> None:
        params = plivo.call_params("c1", caller="anonymous")
        plivo.post("/ivr/answer", params)
        with all_companies("test"):
            flows.delete_flow(number.id, user_id=factories.user().id, may_publish=True)
        factories.published_flow(number, audio=dict.fromkeys("123456", "9" * 64))
        assert played(plivo.post("/ivr/digits?attempt=1", {**params, "Digits": ""}).text) == ["5"]
        assert played(plivo.post("/ivr/answer", plivo.call_params("c2")).text) == ["9"]


class TestNoFlow:
    @pytest.mark.parametrize("called", ["815039999999", "110", "", "x" * 300])
    def test_an_unknown_number_gives_notice_and_is_counted(self, plivo: Plivo, called: str) -> None:
        answer = plivo.post("/ivr/answer", plivo.call_params("c1", called=called))
        assert answer.status_code == 200
        assert guidance_texts.NO_FLOW_NOTICE in answer.text
        (call,) = calls()
        assert call.account_id is None
        assert messages() == []

    def test_a_draft_is_not_heard(self, plivo: Plivo) -> None:
        number = factories.incoming_number(factories.account(), POSTER)
        factories.draft_flow(number)
        answer = plivo.post("/ivr/answer", plivo.call_params("c1"))
        assert guidance_texts.NO_FLOW_NOTICE in answer.text
        (call,) = calls()
        assert call.incoming_number_id == number.id
        assert messages() == []

    def test_the_apology_needs_no_table(self, plivo: Plivo) -> None:
        answer = plivo.post("/ivr/fallback", plivo.call_params("c1"))
        assert guidance_texts.APOLOGY in answer.text
        assert calls() == []


def test_emoji_and_junk_from_a_caller_break_nothing(plivo: Plivo, number: IncomingNumber) -> None:
    params = {
        **plivo.call_params("c1", caller="anonymous"),
        "CallerName": "お客様😀",
        "Digits": "😀" * 500,
    }
    assert plivo.post("/ivr/answer", params).status_code == 200
    assert plivo.post("/ivr/digits?attempt=99", params).status_code == 200
    assert plivo.post("/ivr/digits?attempt=x", params).status_code == 200
    with all_companies("test"):
        assert session.scalar(select(func.count(Message.id))) == 0
