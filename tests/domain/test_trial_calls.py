"""Trial calls: the same course as real ones, written down and compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import call_flow
from app.domain.call_flow import Announce, Ask
from app.domain.flow_content import (
    FlowContent,
    Guidance,
    GuidanceFile,
    SmsTemplate,
    sample_content,
)
from app.domain.refusals import Refusal
from app.domain.slots import Slot
from app.domain.trial_calls import (
    NUMBERS,
    Caller,
    TrialScript,
    Turn,
    differences,
    play,
)

URL = "https://www.example.jp/a"
SMS = SmsTemplate("0312345678", f"ご案内 {URL}", (URL,))
CONTENT = FlowContent(sample_content().guidances, SMS)
KEYED = "08012345678"


def changed(slot: Slot, guidance: Guidance) -> FlowContent:
    return replace(CONTENT, guidances={**CONTENT.guidances, slot: guidance})


def difference(script: TrialScript, content: FlowContent) -> dict[str, tuple[Any, Any]]:
    return differences(play(CONTENT, script).to_json(), play(content, script).to_json())


def test_a_mobile_hears_4_and_gets_the_sms_itself() -> None:
    result = play(CONTENT, TrialScript(Caller.MOBILE))
    assert result.turns == (Turn(lead_in=(Slot.SMS_SENT,)),)
    assert result.is_over
    assert (result.recipient, result.sms) == (NUMBERS[Caller.MOBILE], SMS)


@pytest.mark.parametrize("caller", [Caller.LANDLINE, Caller.WITHHELD])
def test_others_are_asked_and_the_sms_goes_to_the_number_keyed_in(caller: Caller) -> None:
    waiting = play(CONTENT, TrialScript(caller))
    prompt = (Slot.ASK_NUMBER, Slot.KEY_IN)
    assert waiting.turns == (Turn((Slot.GREETING,), prompt, attempt=1),)
    assert not waiting.is_over
    assert waiting.sms is None
    done = play(CONTENT, TrialScript(caller, ("", KEYED)))
    assert [turn.heard for turn in done.turns] == [
        (Slot.GREETING, *prompt),
        (Slot.ASK_AGAIN,),
        (Slot.SMS_SENT,),
    ]
    assert [turn.keyed for turn in done.turns] == ["", KEYED, None]
    assert done.recipient == "+818012345678"


def test_the_third_failure_ends_the_call_without_an_sms() -> None:
    result = play(CONTENT, TrialScript(Caller.WITHHELD, ("", "0312345678", "123")))
    assert result.turns[-1].heard == (Slot.GIVE_UP,)
    assert result.is_over
    assert (result.recipient, result.sms) == (None, None)


def test_what_is_keyed_after_the_end_changes_nothing() -> None:
    short = TrialScript(Caller.LANDLINE, (KEYED,))
    assert play(CONTENT, TrialScript(Caller.LANDLINE, (KEYED, "1", "2"))) == play(CONTENT, short)


def test_a_draft_without_an_sms_can_be_played_too() -> None:
    result = play(FlowContent(), TrialScript(Caller.MOBILE))
    assert result.is_over
    assert result.recipient is not None
    assert result.sms is None
    assert result.said == {}


@given(
    caller=st.sampled_from(Caller),
    keyed=st.lists(st.sampled_from(["", "1", KEYED, "03", "*#"]), max_size=3),
)
def test_it_is_the_course_of_a_real_call(caller: Caller, keyed: list[str]) -> None:
    progress = call_flow.begin(NUMBERS[caller], has_flow=True)
    instruction = call_flow.reply_to_answer(progress)
    heard: list[str] = []
    for keys in [*keyed, None]:
        if isinstance(instruction, Announce):
            heard.append(instruction.slot)
            break
        assert isinstance(instruction, Ask)
        heard.append("".join((*instruction.lead_in, *instruction.prompt)))
        if keys is not None:
            progress = call_flow.take_digits(progress, instruction.attempt, keys)
            instruction = call_flow.reply_to_digits(progress, instruction.attempt)
    result = play(CONTENT, TrialScript(caller, tuple(keyed)))
    assert result.to_json()["heard"] == heard
    assert result.recipient == progress.recipient


def test_nothing_differs_from_itself_and_json_keeps_it() -> None:
    script = TrialScript(Caller.LANDLINE, ("", KEYED))
    assert difference(script, FlowContent.from_json(CONTENT.to_json())) == {}
    assert TrialScript.from_json(script.to_json()) == script


def test_a_difference_names_the_part_with_before_and_after() -> None:
    mobile = TrialScript(Caller.MOBILE)
    other_words = changed(Slot.SMS_SENT, Guidance("送りました。"))
    assert difference(mobile, other_words) == {
        "4": (CONTENT.guidances[Slot.SMS_SENT].text, "送りました。")
    }
    other_sms = replace(CONTENT, sms=SmsTemplate("0399999999", "別の案内"))
    assert difference(mobile, other_sms) == {
        "sender": ("0312345678", "0399999999"),
        "body": (SMS.body, "別の案内"),
        "short_urls": ([URL], []),
    }


def test_what_the_call_does_not_reach_does_not_count() -> None:
    assert (
        difference(TrialScript(Caller.MOBILE), changed(Slot.GREETING, Guidance("別の言葉"))) == {}
    )


def test_another_file_of_the_same_name_differs() -> None:
    file = GuidanceFile("1", "a.wav", "a" * 64, 1000)
    script = TrialScript(Caller.MOBILE)
    before = play(changed(Slot.SMS_SENT, Guidance(file=file)), script).to_json()
    other = replace(file, audio_hash="b" * 64)
    after = play(changed(Slot.SMS_SENT, Guidance(file=other)), script).to_json()
    assert differences(before, after) == {"4": ("a.wav (aaaaaaaa)", "a.wav (bbbbbbbb)")}


@pytest.mark.parametrize(
    "made_up",
    [
        None,
        [],
        "mobile",
        {},
        {"caller": "mobile"},
        {"caller": "pigeon", "keyed": []},
        {"caller": ["mobile"], "keyed": []},
        {"caller": "mobile", "keyed": "08012345678"},
        {"caller": "mobile", "keyed": [1]},
        {"caller": "mobile", "keyed": [None]},
        {"caller": "mobile", "keyed": ["0"] * 4},
        {"caller": "mobile", "keyed": ["0" * 41]},
        {"caller": "mobile", "keyed": ["abc"]},
        {"caller": "mobile", "keyed": ["１"]},
        {"caller": "mobile", "keyed": ["0\n"]},
    ],
)
def test_what_no_telephone_sends_is_refused(made_up: object) -> None:
    with pytest.raises(Refusal, match="trial_script_wrong"):
        TrialScript.from_json(made_up)
