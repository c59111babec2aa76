"""The course of a call: what has happened so far, and what the caller hears next.

Every function is a plain calculation, and each may be asked again: a webhook that Plivo repeats, or
one that comes too late, gets the answer it got before and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain import phone_numbers
from app.domain.slots import Slot

MAX_ATTEMPTS = 3
DIGITS_TIMEOUT_S = 10
PAUSE_BETWEEN_DIGITS_S = 5
"""After it the number counts as finished, without its #."""


class CallState(StrEnum):
    NO_FLOW = "no_flow"
    ASKING = "asking"
    ANNOUNCED = "announced"
    GAVE_UP = "gave_up"
    LIMITED = "limited"  # too many SMS were asked for today
    SUPPRESSED = "suppressed"  # the number is on the account's 配信停止リスト


@dataclass(frozen=True)
class CallProgress:
    """`attempt` is the prompt the caller is at (1–3), 0 where none was needed. `recipient` (E.164)
    is owed an SMS, unless the state says that none is sent."""

    state: CallState
    attempt: int = 0
    recipient: str | None = None
    ended: bool = False


@dataclass(frozen=True)
class Announce:
    """Play the slot and hang up."""

    slot: Slot


@dataclass(frozen=True)
class Ask:
    """Play `lead_in`, then `prompt` while listening for digits, which belong to `attempt`."""

    lead_in: tuple[Slot, ...]
    prompt: tuple[Slot, ...]
    attempt: int


@dataclass(frozen=True)
class NoFlow:
    """Say that this number is not in service and hang up."""


@dataclass(frozen=True)
class NoSms:
    """Say that no SMS can be sent to this number now and hang up."""


Instruction = Announce | Ask | NoFlow | NoSms
_REFUSED = (CallState.LIMITED, CallState.SUPPRESSED)


def begin(caller: str | None, *, has_flow: bool) -> CallProgress:
    """How a call starts, for a caller in E.164 or None when withheld."""
    if not has_flow:
        return CallProgress(CallState.NO_FLOW)
    if caller is not None and phone_numbers.is_mobile(caller):
        return CallProgress(CallState.ANNOUNCED, recipient=caller)
    return CallProgress(CallState.ASKING, attempt=1)


def take_digits(progress: CallProgress, attempt: int, digits: str) -> CallProgress:
    """What follows from the digits keyed in at a prompt ("" for none in time). A caller who hung up
    is owed nothing."""
    if progress.ended or progress.state is not CallState.ASKING or attempt < progress.attempt:
        return progress
    recipient = phone_numbers.keyed_mobile(digits)
    if recipient is not None:
        return CallProgress(CallState.ANNOUNCED, attempt, recipient)
    if attempt >= MAX_ATTEMPTS:
        return CallProgress(CallState.GAVE_UP, MAX_ATTEMPTS)
    return CallProgress(CallState.ASKING, attempt + 1)


def hang_up(progress: CallProgress) -> CallProgress:
    return replace(progress, ended=True)


def reply_to_answer(progress: CallProgress) -> Instruction:
    """What the caller hears first."""
    if progress.state is CallState.NO_FLOW:
        return NoFlow()
    if progress.state in _REFUSED and progress.attempt == 0:
        return NoSms()
    if progress.state is CallState.ANNOUNCED and progress.attempt == 0:
        return Announce(Slot.SMS_SENT)
    return Ask(lead_in=(Slot.GREETING,), prompt=(Slot.ASK_NUMBER, Slot.KEY_IN), attempt=1)


def reply_to_digits(progress: CallProgress, attempt: int) -> Instruction:
    """What the caller hears after the prompt `attempt`, once `take_digits` was applied."""
    if progress.state is CallState.NO_FLOW:
        return NoFlow()
    if progress.attempt <= attempt and progress.state in _REFUSED:
        return NoSms()
    if progress.attempt <= attempt and progress.state is CallState.ANNOUNCED:
        return Announce(Slot.SMS_SENT)
    if attempt >= MAX_ATTEMPTS:
        return Announce(Slot.GIVE_UP)
    return Ask(lead_in=(), prompt=(Slot.ASK_AGAIN,), attempt=attempt + 1)


def played_before_number(progress: CallProgress) -> tuple[Slot, ...]:
    """What was played to a caller who keyed in a number, up to the prompt at which he did."""
    if progress.attempt == 0:
        return ()
    first = (Slot.GREETING, Slot.ASK_NUMBER, Slot.KEY_IN)
    return first + (Slot.ASK_AGAIN,) * (progress.attempt - 1)
