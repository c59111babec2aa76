"""What Plivo is to do with a call, in its XML.

Source: plivo.com/docs/voice/xml. Numbers and booleans are passed to the SDK as such: it takes the
string "false" for true.
"""

from dataclasses import dataclass
from functools import lru_cache

from plivo import plivoxml

from app.domain.call_flow import PAUSE_BETWEEN_DIGITS_S

# Longer than any way of writing a mobile number, so that # or a pause ends the input, not a count.
_MOST_DIGITS = 99
_SPEAK_LANGUAGE = "ja-JP"
DEFAULT_VOICE = "Polly.Mizuki"
MOST_KEPT = 1000  # the same callers' words are asked for again and again


@dataclass(frozen=True)
class Spoken:
    """A text for one of Plivo's own Japanese voices."""

    text: str
    voice: str = DEFAULT_VOICE


Sound = str | Spoken
"""What a caller hears: the address of an audio file, or a text that Plivo reads."""


@lru_cache(maxsize=MOST_KEPT)
def sound_and_hang_up(sounds: tuple[Sound, ...]) -> str:
    """Let the sounds be heard one after the other, then hang up."""
    response = plivoxml.ResponseElement()
    _add_sounds(response, sounds)
    response.add(plivoxml.HangupElement())
    return _text(response)


@lru_cache(maxsize=MOST_KEPT)
def ask_for_digits(
    lead_in: tuple[Sound, ...], prompt: tuple[Sound, ...], action_url: str, timeout_s: int = 10
) -> str:
    """Let the lead-ins be heard, then the prompt while listening; POST what was keyed to
    `action_url`.

    Digits may be keyed from the first prompt on. Nothing keyed within `timeout_s` seconds after the
    last one: Plivo goes on to the next element, a redirect, which POSTs to the same URL without
    Digits.
    """
    response = plivoxml.ResponseElement()
    _add_sounds(response, lead_in)
    digits = plivoxml.GetDigitsElement(
        action=action_url,
        method="POST",
        timeout=timeout_s,
        digit_timeout=PAUSE_BETWEEN_DIGITS_S,
        finish_on_key="#",
        num_digits=_MOST_DIGITS,
        retries=1,
        redirect=True,
    )
    _add_sounds(digits, prompt)
    response.add(digits)
    response.add(plivoxml.RedirectElement(action_url, method="POST"))
    return _text(response)


def _add_sounds(element: plivoxml.PlivoXMLElement, sounds: tuple[Sound, ...]) -> None:
    for sound in sounds:
        match sound:
            case Spoken(text, voice):
                element.add(plivoxml.SpeakElement(text, voice=voice, language=_SPEAK_LANGUAGE))
            case url:
                element.add(plivoxml.PlayElement(url))


def _text(response: plivoxml.ResponseElement) -> str:
    return str(response.to_string(pretty=False))
