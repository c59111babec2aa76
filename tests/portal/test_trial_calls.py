"""「テスト発信」: the draft played step by step, calls saved and compared (SPEC §6)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from app.domain.flow_content import FlowContent, Guidance, GuidanceFile, SmsTemplate
from app.domain.guidance_texts import FIXED, SAMPLES
from app.domain.roles import Role
from app.domain.slots import Slot
from app.domain.trial_calls import Caller, TrialScript
from app.models.account import Account
from app.models.call import Call
from app.models.database import session, transaction
from app.models.flow import Flow
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.tenant_scope import all_companies
from app.models.trial_call import TrialCall
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]
KEYED = "08012345678"


@pytest.fixture
def account(db: object) -> Account:
    account = factories.account("本店")
    factories.sender_number(account)
    return account


@pytest.fixture
def flow(number: IncomingNumber) -> Flow:
    return factories.draft_flow(number)


@pytest.fixture
def someone(visitor: NewVisitor, account: Account, flow: Flow) -> Visitor:
    someone = visitor().sign_in(factories.member_of(account, Role.MEMBER))
    someone.get("/numbers/")
    return someone


def page_of(number: IncomingNumber) -> str:
    return f"/numbers/{number.id}/flow/trial/"


def script(caller: str, *keyed: str) -> str:
    return json.dumps({"caller": caller, "keyed": keyed})


def step(someone: Visitor, number: IncomingNumber, *said: str, revision: int = 1) -> Any:
    return someone.post(f"{page_of(number)}steps", script=script(*said), revision=revision)


def heard(answer: Any) -> list[str]:
    return [
        "".join(one["mark"] for one in turn["lead_in"] + turn["prompt"])
        for turn in answer.json["turns"]
    ]


def save(someone: Visitor, number: IncomingNumber, name: str = "固定電話から") -> Any:
    return someone.post(
        f"{page_of(number)}calls",
        follow=True,
        name=name,
        script=script("landline", KEYED),
        revision=1,
    )


def redraft(flow: Flow, content: FlowContent) -> None:
    with all_companies("test"), transaction():
        stored = session.get_one(Flow, flow.id)
        stored.draft = content.to_json()
        stored.draft_revision += 1


def saved() -> list[TrialCall]:
    session.remove()
    with all_companies("test"):
        return list(session.scalars(select(TrialCall)))


def test_a_mobile_hears_4_and_the_sms_is_shown(someone: Visitor, number: IncomingNumber) -> None:
    answer = step(someone, number, "mobile")
    assert heard(answer) == ["④"]
    (guidance,) = answer.json["turns"][0]["lead_in"]
    assert guidance["text"] == SAMPLES[Slot.SMS_SENT]
    assert guidance["file"] is None
    assert answer.json["over"] is True
    assert answer.json["sms"] == {
        "to": "090-1234-5678",
        "sender": "03-1234-5678",
        "text": "Thank you for calling. See  https://qms.jp/XXXXXXXX ",
        "link": "https://qms.jp/XXXXXXXX",
        "short_urls": ["https://www.example.jp/a"],
    }


def test_a_landline_is_asked_until_the_number_is_understood(
    someone: Visitor, number: IncomingNumber
) -> None:
    first = step(someone, number, "landline")
    assert heard(first) == ["①②③"]
    turn = first.json["turns"][0]
    assert [one["mark"] for one in turn["lead_in"]] == ["①"]  # keys do not count before ②
    assert turn["prompt"][1]["text"] == FIXED[Slot.KEY_IN]
    assert turn["attempt"] == 1
    assert (first.json["over"], first.json["first_key_s"], first.json["sms"]) == (False, 10, None)
    again = step(someone, number, "landline", "0312345678")
    assert heard(again) == ["①②③", "⑤"]
    done = step(someone, number, "landline", "0312345678", KEYED)
    assert heard(done) == ["①②③", "⑤", "④"]
    assert done.json["ending"] == "The call ends. The SMS goes to 080-1234-5678."


def test_after_three_failures_there_is_no_sms(someone: Visitor, number: IncomingNumber) -> None:
    answer = step(someone, number, "withheld", "", "", "")
    assert heard(answer)[-1] == "⑥"
    assert answer.json["over"] is True
    assert answer.json["sms"] is None


def test_what_is_not_set_is_silent(someone: Visitor, number: IncomingNumber, flow: Flow) -> None:
    redraft(flow, FlowContent({Slot.GREETING: Guidance("はじめまして。")}))
    page = someone.text(page_of(number))
    assert "② Asking for a mobile number, ④" in page
    answer = step(someone, number, "mobile", revision=2)
    assert answer.json["turns"][0]["lead_in"][0]["text"] == ""
    assert "not set yet" in answer.json["ending"]


def test_a_file_is_heard_as_callers_hear_it(
    someone: Visitor, number: IncomingNumber, flow: Flow
) -> None:
    file = GuidanceFile("01900000-0000-7000-8000-000000000000", "挨拶.wav", "a" * 64, 2000)
    spoken = {**factories.CONTENT.guidances, Slot.SMS_SENT: Guidance(file=file)}
    redraft(flow, FlowContent(spoken, factories.SMS))
    answer = step(someone, number, "mobile", revision=2)
    assert answer.json["turns"][0]["lead_in"][0]["file"] == {
        "name": "挨拶.wav",
        "url": f"/audio-files/{file.id}/telephone.wav",
    }


@pytest.mark.parametrize("made_up", ["", "x", "{}", "[" * 5000, script("mobile", "abc")])
def test_a_made_up_script_is_refused(
    someone: Visitor, number: IncomingNumber, made_up: str
) -> None:
    answer = someone.post(f"{page_of(number)}steps", script=made_up, revision=1)
    assert (answer.status_code, answer.json["error"]) == (409, "trial_script_wrong")
    page = someone.post(
        f"{page_of(number)}calls", follow=True, name="x", script=made_up, revision=1
    )
    assert "This call cannot be played." in words(page)
    assert saved() == []


def test_a_draft_saved_meanwhile_is_told(someone: Visitor, number: IncomingNumber) -> None:
    answer = step(someone, number, "mobile", revision=0)
    assert (answer.status_code, answer.json["error"]) == (409, "draft_conflict")
    assert "The draft was saved again meanwhile." in answer.json["message"]


def test_a_saved_call_is_compared_with_each_draft(
    someone: Visitor, number: IncomingNumber, flow: Flow
) -> None:
    assert "The trial call is saved" in words(save(someone, number))
    page = someone.text(page_of(number))
    assert "All go as saved" in page
    assert "Landline → 08012345678" in page
    redraft(flow, FlowContent(factories.CONTENT.guidances, SmsTemplate("0399999999", "別の案内")))
    page = someone.text(page_of(number))
    assert "× Differs" in page
    assert "Sender number When saved 03-1234-5678 On this draft 03-9999-9999" in page
    assert f"SMS text When saved {factories.SMS.body} On this draft 別の案内" in page
    assert "Short URLs When saved https://www.example.jp/a On this draft (none)" in page
    (trial,) = saved()
    accept = f"{page_of(number)}calls/{trial.id}/accept"
    assert "saved again meanwhile" in words(someone.post(accept, follow=True, revision=1))
    assert "All go as saved" in words(someone.post(accept, follow=True, revision=2))


def test_all_that_differ_are_taken_as_right_at_once(
    someone: Visitor, number: IncomingNumber, flow: Flow
) -> None:
    accept_all = f"{page_of(number)}calls/accept"
    factories.trial_call(flow)
    factories.trial_call(flow)
    assert accept_all not in someone.get(page_of(number)).get_data(as_text=True)
    redraft(flow, FlowContent(factories.CONTENT.guidances, SmsTemplate(factories.SENDER, "別")))
    assert accept_all in someone.get(page_of(number)).get_data(as_text=True)
    assert "All go as saved" in words(someone.post(accept_all, follow=True, revision=2))


def test_a_plan_that_a_saved_call_will_stop_is_told(
    someone: Visitor, number: IncomingNumber, flow: Flow
) -> None:
    new_year = FlowContent(factories.CONTENT.guidances, SmsTemplate(factories.SENDER, "謹賀新年"))
    planned = factories.version(flow, 1, new_year)
    factories.publication_plan(flow, datetime(2030, 12, 31, 15, tzinfo=UTC), of=planned)
    assert "will not happen" not in someone.text(page_of(number))
    factories.trial_call(flow, "携帯電話から")
    page = someone.text(page_of(number))
    assert "The publication planned for 2031/1/1 0:00 will not happen" in page
    assert "携帯電話から: SMS text, Short URLs" in page


def test_a_publication_that_goes_differently_is_refused_with_the_parts(
    visitor: NewVisitor, account: Account, number: IncomingNumber, flow: Flow
) -> None:
    admin = visitor().sign_in(factories.member_of(account, Role.ADMIN))
    factories.trial_call(flow, "携帯電話から")
    redraft(flow, FlowContent(factories.CONTENT.guidances, SmsTemplate(factories.SENDER, "別")))
    admin.get(page_of(number))
    page = admin.post(f"/numbers/{number.id}/flow/publish", follow=True, revision=2)
    assert "saved trial calls go differently now" in words(page)
    assert "携帯電話から: SMS text, Short URLs" in words(page)
    with all_companies("test"):
        assert session.get_one(Flow, flow.id).published_version_id is None


def test_renamed_and_deleted(someone: Visitor, number: IncomingNumber, flow: Flow) -> None:
    call = f"{page_of(number)}calls/{factories.trial_call(flow).id}"
    assert "新しい名前" in words(someone.post(f"{call}/rename", follow=True, name="新しい名前"))
    assert "Enter a name" in words(someone.post(f"{call}/rename", follow=True, name=" "))
    assert "No trial call is saved" in words(someone.post(f"{call}/delete", follow=True))
    assert someone.post(f"{call}/delete").status_code == 404


def test_a_name_is_no_markup(someone: Visitor, number: IncomingNumber) -> None:
    page = save(someone, number, "<script>alert(1)</script>\"'").get_data(as_text=True)
    assert "<script>alert" not in page
    assert saved()[0].name == "<script>alert(1)</script>\"'"


def test_nothing_is_called_counted_or_sent(someone: Visitor, number: IncomingNumber) -> None:
    for caller in Caller:
        step(someone, number, caller.value, "", KEYED)
    save(someone, number)
    with all_companies("test"):
        assert session.scalar(select(func.count(Call.id))) == 0
        assert session.scalar(select(func.count(Message.id))) == 0


def test_a_strangers_calls_do_not_exist(someone: Visitor, number: IncomingNumber) -> None:
    theirs = factories.incoming_number(factories.account())
    foreign = factories.trial_call(factories.draft_flow(theirs), "よその名前")
    assert someone.get(page_of(theirs)).status_code == 404
    assert step(someone, theirs, "mobile").status_code == 404
    for verb in ("rename", "accept", "delete"):
        for key in (theirs, number):
            path = f"{page_of(key)}calls/{foreign.id}/{verb}"
            assert someone.post(path, name="x", revision=1).status_code == 404
    assert "よその名前" not in someone.text(page_of(number))
    assert [trial.name for trial in saved()] == ["よその名前"]


def test_a_number_without_a_flow_leads_to_the_list(someone: Visitor, account: Account) -> None:
    answer = someone.get(page_of(factories.incoming_number(account)))
    assert (answer.status_code, answer.location) == (302, "/numbers/")


def test_the_list_and_the_editor_lead_here(someone: Visitor, number: IncomingNumber) -> None:
    for path in ("/numbers/", f"/numbers/{number.id}/flow/edit"):
        page = someone.get(path).get_data(as_text=True)
        assert re.search(f'href="{page_of(number)}"', page), path


def test_many_saved_calls_cost_no_more_statements(
    someone: Visitor, number: IncomingNumber, flow: Flow, statements: list[str]
) -> None:
    for index in range(20):
        factories.trial_call(flow, f"{index}", TrialScript(Caller.WITHHELD, ("", "", "")))
    statements.clear()
    assert someone.get(page_of(number)).status_code == 200
    assert len(statements) <= 9, statements
