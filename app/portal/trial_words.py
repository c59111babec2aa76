"""What the screen 「テスト発信」 says of a call, and of what goes differently in a saved one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from app.domain import phone_numbers
from app.domain.call_flow import DIGITS_TIMEOUT_S, PAUSE_BETWEEN_DIGITS_S
from app.domain.flow_content import FlowContent
from app.domain.slots import Slot
from app.domain.trial_calls import MAX_KEYS, NUMBERS, Caller, TrialResult, TrialScript
from app.portal.flow_drawing import preview, sender_shown, short_url_example
from app.portal.flow_labels import MARKS, NAMES, part_name
from app.services.trial_calls import FailedTrial

CALLERS: Mapping[Caller, LazyString] = {
    Caller.MOBILE: lazy_gettext("Mobile phone"),
    Caller.LANDLINE: lazy_gettext("Landline"),
    Caller.WITHHELD: lazy_gettext("Number withheld"),
}


class Difference(NamedTuple):
    """A part of a saved call that goes differently: as it was, as it is."""

    name: str
    expected: str
    now: str


def caller_number(caller: Caller) -> str:
    number = NUMBERS[caller]
    return phone_numbers.display(number) if number else ""


def script_in_words(script: TrialScript) -> str:
    """Such as "Landline → Nothing keyed in → 08012345678"."""
    return " → ".join(
        [str(CALLERS[script.caller]), *(keys or _("Nothing keyed in") for keys in script.keyed)]
    )


def result_json(content: FlowContent, result: TrialResult) -> dict[str, Any]:
    """The call so far, as the telephone on the screen plays it."""
    last = result.turns[-1]
    return {
        "turns": [
            {
                "lead_in": [_guidance(content, slot) for slot in turn.lead_in],
                "prompt": [_guidance(content, slot) for slot in turn.prompt],
                "attempt": turn.attempt,
                "keyed": turn.keyed,
            }
            for turn in result.turns
        ],
        "over": result.is_over,
        "first_key_s": DIGITS_TIMEOUT_S,
        "next_key_s": PAUSE_BETWEEN_DIGITS_S,
        "most_keys": MAX_KEYS,
        "ending": _ending(result) if last.attempt is None else "",
        "sms": _sms(result),
    }


def _guidance(content: FlowContent, slot: Slot) -> dict[str, Any]:
    file = content.files().get(slot)
    return {
        "mark": MARKS[slot],
        "name": str(NAMES[slot]),
        "text": content.spoken_texts().get(slot, ""),
        "file": {"name": file.name, "url": f"/audio-files/{file.id}/telephone.wav"}
        if file
        else None,
    }


def _ending(result: TrialResult) -> str:
    if result.recipient is None:
        return _("The call ends. No SMS is sent.")
    if result.sms is None:
        return _("The call ends. The SMS is not set yet, so nothing can be sent.")
    return _(
        "The call ends. The SMS goes to %(number)s.",
        number=phone_numbers.display(result.recipient),
    )


def _sms(result: TrialResult) -> dict[str, Any] | None:
    if result.sms is None or result.recipient is None:
        return None
    return {
        "to": phone_numbers.display(result.recipient),
        "sender": sender_shown(result.sms),
        "text": preview(result.sms.body, result.sms.short_urls),
        "link": short_url_example(),
        "short_urls": list(result.sms.short_urls),
    }


def differences_in_words(differences: Mapping[str, Any]) -> list[Difference]:
    return [
        Difference(_part(part), _value(part, expected), _value(part, now))
        for part, (expected, now) in differences.items()
    ]


def failures_in_words(failed: Iterable[FailedTrial]) -> list[str]:
    """Each saved call that stops a publication, with the parts that differ."""
    return [
        _(
            "%(name)s: %(parts)s",
            name=trial.name,
            parts=_(", ").join(_part(part) for part in trial.differences),
        )
        for trial in failed
    ]


def _part(part: str) -> str:
    if part in MARKS:
        return part_name(part)
    return {
        "heard": _("Guidances in order"),
        "recipient": _("Recipient of the SMS"),
        "sender": _("Sender number"),
        "body": _("SMS text"),
        "short_urls": _("Short URLs"),
    }[part]


def _value(part: str, value: Any) -> str:
    match part, value:
        case _, None:
            return _("(none)")
        case "heard", Sequence():
            return " → ".join("".join(MARKS[slot] for slot in heard) for heard in value)
        case "recipient", str():
            return phone_numbers.display(value)
        case "sender", str():
            return phone_numbers.display(phone_numbers.from_national_digits(value))
        case "short_urls", list():
            return "\n".join(value) or _("(none)")
        case _:
            return str(value)
