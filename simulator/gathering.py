"""GetDigits and GetInput: prompting, waiting, and deciding when the caller is done.

Sources: https://www.plivo.com/docs/voice/xml/getdigits and …/xml/getinput. A key pressed during a
prompt ends it; ``timeout`` runs from the end of the prompts to the first key, ``digitTimeout``
between keys. Without digits in all tries the next element of the document is executed.
"""

from typing import Protocol

from simulator.call_xml import Gather, Play, Speak, Wait
from simulator.line import Line


class Gatherer(Protocol):
    """What gathering needs of a call."""

    line: Line

    def step(self, kind: str, **details: object) -> None: ...

    def hear(self, element: Play | Speak | Wait, *, until_key: bool = False) -> None: ...

    def play(self, url: str) -> float: ...


def gather_digits(call: Gatherer, element: Gather) -> str | None:
    """The digits keyed in, without the finishing key; None when there were none."""
    for attempt in range(1, element.retries + 1):
        call.line.forget_keys()
        for prompt in element.prompts:
            call.hear(prompt, until_key=True)
            if call.line.has_key:
                break
        call.step(
            "wait_digits",
            timeout=element.timeout_s,
            digit_timeout=element.digit_timeout_s,
            finish_on_key=element.finish_on_key,
            num_digits=element.num_digits,
            attempt=attempt,
            attempts=element.retries,
        )
        call.line.prompted()
        digits = _collect(call, element)
        if digits:
            return digits
    return None


def _collect(call: Gatherer, element: Gather) -> str:
    """One try; "" when nothing (valid) was keyed in."""
    digits, ended_by = "", "time-out"
    call.line.hear(element.timeout_s, until_key=True)
    while key := call.line.next_key(element.digit_timeout_s if digits else 0):
        if key == element.finish_on_key:
            ended_by = "finish key"
            break
        if key not in element.valid_digits:
            call.step("invalid_digit", digit=key)
            if element.invalid_digits_sound:
                call.line.hear(call.play(element.invalid_digits_sound))
            return ""
        digits += key
        if len(digits) == element.num_digits:
            ended_by = "number of digits"
            break
    if digits:
        call.step("keyed", digits=digits, ended_by=ended_by)
    else:
        call.step("no_digits", ended_by=ended_by)
    return digits
