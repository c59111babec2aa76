"""How a call ended for its caller, and the sums of calls that people are shown."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from app.domain.call_flow import CallState


class CallOutcome(StrEnum):
    """Every call has exactly one."""

    MOBILE = "mobile"  # rang from a mobile, which is owed the SMS
    KEYED_IN = "keyed_in"  # keyed a mobile in, which is owed the SMS
    GAVE_UP = "gave_up"  # no number after the last try
    HUNG_UP = "hung_up"  # before a number was understood
    LIMITED = "limited"
    SUPPRESSED = "suppressed"
    NOTICE = "notice"  # heard that the number is not in service


def outcome_of(state: CallState, attempt: int) -> CallOutcome:
    """`attempt` as in `CallProgress`. One who is still being asked counts as hung up: it is asked
    about days that are over."""
    match state:
        case CallState.ANNOUNCED:
            return CallOutcome.KEYED_IN if attempt else CallOutcome.MOBILE
        case CallState.ASKING:
            return CallOutcome.HUNG_UP
        case CallState.NO_FLOW:
            return CallOutcome.NOTICE
        case _:
            return CallOutcome(state.value)


@dataclass(frozen=True)
class CallSums:
    """Calls, how they ended, and what became of their SMS: written (each stands in the delivery
    log), arrived, a link followed by a person."""

    calls: int = 0
    mobile: int = 0
    keyed_in: int = 0
    gave_up: int = 0
    hung_up: int = 0
    limited: int = 0
    suppressed: int = 0
    notice: int = 0
    messages: int = 0
    delivered: int = 0
    opened: int = 0

    def __add__(self, other: CallSums) -> CallSums:
        return CallSums(*(getattr(self, name) + getattr(other, name) for name in SUMMED))


SUMMED = tuple(field.name for field in fields(CallSums))
CHANGE_LATER = ("delivered", "opened")
"""All other sums of a day stand still once its last call is over."""
