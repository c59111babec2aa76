"""テスト発信: a call played on a flow that nobody hears but whoever tries it.

The course is call_flow's, as for a real call. What was heard and sent can be written down and
compared with what the same caller gets later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from app.domain import call_flow
from app.domain.call_flow import Announce, Ask, CallProgress, Instruction
from app.domain.flow_content import FlowContent, SmsTemplate
from app.domain.refusals import Refusal
from app.domain.slots import EDITABLE_SLOTS, Slot

MAX_KEYS = 40
"""At one prompt: more than any way of writing a mobile number takes."""
_KEYED = re.compile(rf"[0-9*#]{{0,{MAX_KEYS}}}")


class Caller(StrEnum):
    """Who calls, as far as it makes a difference."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    WITHHELD = "withheld"


NUMBERS: Mapping[Caller, str | None] = MappingProxyType(
    {Caller.MOBILE: "+819012345678", Caller.LANDLINE: "+81312345678", Caller.WITHHELD: None}
)
"""In whose name the call is played; it is never dialled."""


@dataclass(frozen=True)
class TrialScript:
    """`keyed` is what the caller keys in at each prompt, "" for nothing in time."""

    caller: Caller
    keyed: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"caller": self.caller.value, "keyed": list(self.keyed)}

    @classmethod
    def from_json(cls, document: object) -> TrialScript:
        """Raises Refusal("trial_script_wrong") for what no telephone sends."""
        match document:
            case {"caller": str(caller), "keyed": list(keyed)} if (
                caller in set(Caller)
                and len(keyed) <= call_flow.MAX_ATTEMPTS
                and all(isinstance(keys, str) and _KEYED.fullmatch(keys) for keys in keyed)
            ):
                return cls(Caller(caller), tuple(keyed))
        raise Refusal("trial_script_wrong")


@dataclass(frozen=True)
class Turn:
    """What is heard without a break, `prompt` while listening for keys, then what the caller does.

    `attempt` is the prompt that waits for digits (None: the call ends here), `keyed` the answer,
    None while there is none.
    """

    lead_in: tuple[Slot, ...] = ()
    prompt: tuple[Slot, ...] = ()
    attempt: int | None = None
    keyed: str | None = None

    @property
    def heard(self) -> tuple[Slot, ...]:
        return (*self.lead_in, *self.prompt)


@dataclass(frozen=True)
class TrialResult:
    """How the call went. `said` has the words of the editable slots that were heard, or their file;
    those of the fixed slots are ours to change. `sms` goes to `recipient` (E.164)."""

    turns: tuple[Turn, ...]
    said: Mapping[Slot, str]
    recipient: str | None = None
    sms: SmsTemplate | None = None

    @property
    def is_over(self) -> bool:
        return self.turns[-1].attempt is None

    def to_json(self) -> dict[str, Any]:
        """What has to stay the same; `heard` has the slots of each turn, such as "123"."""
        return {
            "heard": ["".join(turn.heard) for turn in self.turns],
            "said": {slot.value: words for slot, words in self.said.items()},
            "recipient": self.recipient,
            "sms": asdict(self.sms) | {"short_urls": list(self.sms.short_urls)}
            if self.sms
            else None,
        }


def play(content: FlowContent, script: TrialScript) -> TrialResult:
    """The call up to where the script leads; keys beyond its end are ignored."""
    progress = call_flow.begin(NUMBERS[script.caller], has_flow=True)
    turns: list[Turn] = []
    instruction: Instruction = call_flow.reply_to_answer(progress)
    for keyed in script.keyed:
        if not isinstance(instruction, Ask):
            break
        turns.append(_turn(instruction, keyed))
        progress, instruction = _answer(progress, instruction.attempt, keyed)
    turns.append(_turn(instruction, None))
    return TrialResult(
        tuple(turns),
        _said(content, turns),
        progress.recipient,
        content.sms if progress.recipient else None,
    )


def differences(
    expected: Mapping[str, Any], result: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """The parts that are not as expected: (what was expected, what came of it).

    Both are `TrialResult.to_json()`. Parts are named as in content_changes, with "heard" for the
    course of the call and "recipient".
    """
    old, new = _parts(expected), _parts(result)
    return {
        part: (old.get(part), new.get(part))
        for part in dict.fromkeys([*old, *new])
        if old.get(part) != new.get(part)
    }


def _turn(instruction: Instruction, keyed: str | None) -> Turn:
    match instruction:
        case Ask(lead_in, prompt, attempt):
            return Turn(lead_in, prompt, attempt, keyed)
        case Announce(slot):
            return Turn(lead_in=(slot,))
        case _:
            return Turn()


def _answer(progress: CallProgress, attempt: int, keyed: str) -> tuple[CallProgress, Instruction]:
    moved = call_flow.take_digits(progress, attempt, keyed)
    return moved, call_flow.reply_to_digits(moved, attempt)


def _said(content: FlowContent, turns: list[Turn]) -> dict[Slot, str]:
    heard = {slot for turn in turns for slot in turn.heard}
    files = content.files()
    return {
        # Two files may have one name: the hash tells them apart.
        slot: f"{files[slot].name} ({files[slot].audio_hash[:8]})"
        if slot in files
        else content.guidances[slot].text
        for slot in EDITABLE_SLOTS
        if slot in heard and slot in content.guidances
    }


def _parts(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "heard": document["heard"],
        **document["said"],
        "recipient": document["recipient"],
        **(document["sms"] or {}),
    }
