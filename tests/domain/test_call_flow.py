"""The course of a call, whatever order its webhooks come in and however often."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.call_flow import (
    Announce,
    Ask,
    CallProgress,
    CallState,
    NoFlow,
    begin,
    hang_up,
    played_before_number,
    reply_to_answer,
    reply_to_digits,
    take_digits,
)
from app.domain.slots import Slot

MOBILE = "+819012345678"
KEYED = "08011112222"


@pytest.mark.parametrize(
    ("caller", "state"),
    [
        (MOBILE, CallState.ANNOUNCED),
        ("+817012345678", CallState.ANNOUNCED),
        ("+81312345678", CallState.ASKING),
        ("+815012345678", CallState.ASKING),
        ("+818001234567", CallState.ASKING),  # 0800: toll-free
        ("+16502530000", CallState.ASKING),
        (None, CallState.ASKING),
    ],
)
def test_a_mobile_gets_the_sms_at_once_and_everybody_else_is_asked(
    caller: str | None, state: CallState
) -> None:
    progress = begin(caller, has_flow=True)
    assert progress.state is state
    assert progress.recipient == (caller if state is CallState.ANNOUNCED else None)


def test_without_a_flow_nobody_is_owed_an_sms() -> None:
    progress = begin(MOBILE, has_flow=False)
    assert progress == CallProgress(CallState.NO_FLOW)
    assert reply_to_answer(progress) == NoFlow()


def test_a_landline_hears_the_greeting_then_keys_in_a_mobile() -> None:
    progress = begin("+81312345678", has_flow=True)
    assert reply_to_answer(progress) == Ask((Slot.GREETING,), (Slot.ASK_NUMBER, Slot.KEY_IN), 1)
    progress = take_digits(progress, 1, f"{KEYED}#")
    assert progress == CallProgress(CallState.ANNOUNCED, 1, "+818011112222")
    assert reply_to_digits(progress, 1) == Announce(Slot.SMS_SENT)


def test_two_failures_ask_again_and_the_third_says_goodbye() -> None:
    progress = begin(None, has_flow=True)
    for attempt, digits in ((1, ""), (2, "0312345678")):
        progress = take_digits(progress, attempt, digits)
        assert reply_to_digits(progress, attempt) == Ask((), (Slot.ASK_AGAIN,), attempt + 1)
    progress = take_digits(progress, 3, "123")
    assert progress.state is CallState.GAVE_UP
    assert progress.recipient is None
    assert reply_to_digits(progress, 3) == Announce(Slot.GIVE_UP)


def test_a_repeated_failure_counts_once() -> None:
    once = take_digits(begin(None, has_flow=True), 1, "")
    assert take_digits(once, 1, "") == once
    assert reply_to_digits(once, 1) == reply_to_digits(take_digits(once, 2, ""), 1)


def test_who_hung_up_before_the_announcement_is_owed_nothing() -> None:
    gone = hang_up(begin(None, has_flow=True))
    assert take_digits(gone, 1, KEYED) == gone


def test_who_hung_up_after_it_is_still_owed_the_sms() -> None:
    assert hang_up(begin(MOBILE, has_flow=True)).recipient == MOBILE


def test_a_late_answer_webhook_gets_the_reply_it_got_before() -> None:
    progress = take_digits(begin(None, has_flow=True), 1, KEYED)
    assert reply_to_answer(progress) == reply_to_answer(begin(None, has_flow=True))


EVENTS = st.lists(
    st.one_of(
        st.tuples(
            st.just("digits"), st.integers(1, 3), st.sampled_from(["", "1", KEYED, "07033334444"])
        ),
        st.tuples(st.just("hang up"), st.just(0), st.just("")),
    ),
    max_size=12,
)


@given(caller=st.sampled_from([None, MOBILE, "+81312345678"]), events=EVENTS)
def test_no_order_of_events_changes_a_recipient_or_goes_back(
    caller: str | None, events: list[tuple[str, int, str]]
) -> None:
    progress = begin(caller, has_flow=True)
    for kind, attempt, digits in events:
        before = progress
        progress = (
            hang_up(progress) if kind == "hang up" else take_digits(progress, attempt, digits)
        )
        assert progress.attempt >= before.attempt
        if before.recipient is not None:
            assert progress.recipient == before.recipient
        if before.ended:
            assert progress == before


def test_what_was_played_before_the_number_was_keyed_in() -> None:
    assert played_before_number(begin(MOBILE, has_flow=True)) == ()
    progress = take_digits(begin(None, has_flow=True), 1, KEYED)
    prompt = (Slot.GREETING, Slot.ASK_NUMBER, Slot.KEY_IN)
    assert played_before_number(progress) == prompt
    failed = take_digits(take_digits(begin(None, has_flow=True), 1, ""), 2, "1")
    assert played_before_number(take_digits(failed, 3, KEYED)) == (*prompt, *[Slot.ASK_AGAIN] * 2)
