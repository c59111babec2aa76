"""Every call has one outcome, and sums add up."""

import pytest

from app.domain.call_flow import CallState
from app.domain.call_outcomes import CHANGE_LATER, SUMMED, CallOutcome, CallSums, outcome_of


@pytest.mark.parametrize(
    ("state", "attempt", "outcome"),
    [
        (CallState.ANNOUNCED, 0, CallOutcome.MOBILE),
        (CallState.ANNOUNCED, 1, CallOutcome.KEYED_IN),
        (CallState.ANNOUNCED, 3, CallOutcome.KEYED_IN),
        (CallState.ASKING, 1, CallOutcome.HUNG_UP),
        (CallState.GAVE_UP, 3, CallOutcome.GAVE_UP),
        (CallState.LIMITED, 0, CallOutcome.LIMITED),
        (CallState.SUPPRESSED, 2, CallOutcome.SUPPRESSED),
        (CallState.NO_FLOW, 0, CallOutcome.NOTICE),
    ],
)
def test_how_a_call_ended(state: CallState, attempt: int, outcome: CallOutcome) -> None:
    assert outcome_of(state, attempt) is outcome


def test_every_state_has_an_outcome_and_every_outcome_a_sum() -> None:
    reached = {outcome_of(state, attempt) for state in CallState for attempt in (0, 1)}
    assert reached == set(CallOutcome)
    assert {outcome.value for outcome in CallOutcome} | {"calls", "messages", *CHANGE_LATER} == set(
        SUMMED
    )


def test_sums_add_up_name_by_name() -> None:
    one = CallSums(*range(1, len(SUMMED) + 1))
    assert one + one == CallSums(*(2 * value for value in range(1, len(SUMMED) + 1)))
    assert one + CallSums() == one
    assert getattr(one, CallOutcome.KEYED_IN) == one.keyed_in
