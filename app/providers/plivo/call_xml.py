"""What Plivo is to do with a call, in its XML.

Source: plivo.com/docs/voice/xml. Numbers and booleans are passed to the SDK as such: it takes the
string "false" for true.
"""

from collections.abc import Sequence

from plivo import plivoxml

# Longer than any way of writing a mobile number, so that # or a pause ends the input, not a count.
_MOST_DIGITS = 99
_PAUSE_BETWEEN_DIGITS_S = 5
_SPEAK_LANGUAGE = "ja-JP"
_SPEAK_VOICE = "Polly.Mizuki"


def play_and_hang_up(urls: Sequence[str]) -> str:
    """Play the audio files one after the other, then hang up."""
    response = plivoxml.ResponseElement()
    _add_plays(response, urls)
    response.add(plivoxml.HangupElement())
    return _text(response)


def ask_for_digits(
    lead_in_urls: Sequence[str], prompt_urls: Sequence[str], action_url: str, timeout_s: int = 10
) -> str:
    """Play the lead-ins, then the prompts while listening; POST what was keyed to `action_url`.

    Digits may be keyed from the first prompt on. Nothing keyed within `timeout_s` seconds after the
    last one: Plivo goes on to the next element, a redirect, which POSTs to the same URL without
    Digits.
    """
    response = plivoxml.ResponseElement()
    _add_plays(response, lead_in_urls)
    digits = plivoxml.GetDigitsElement(
        action=action_url,
        method="POST",
        timeout=timeout_s,
        digit_timeout=_PAUSE_BETWEEN_DIGITS_S,
        finish_on_key="#",
        num_digits=_MOST_DIGITS,
        retries=1,
        redirect=True,
    )
    _add_plays(digits, prompt_urls)
    response.add(digits)
    response.add(plivoxml.RedirectElement(action_url, method="POST"))
    return _text(response)


def speak_and_hang_up(text: str) -> str:
    """Have Plivo's own voice say the text in Japanese, then hang up."""
    response = plivoxml.ResponseElement()
    response.add(plivoxml.SpeakElement(text, voice=_SPEAK_VOICE, language=_SPEAK_LANGUAGE))
    response.add(plivoxml.HangupElement())
    return _text(response)


def _add_plays(element: plivoxml.PlivoXMLElement, urls: Sequence[str]) -> None:
    for url in urls:
        element.add(plivoxml.PlayElement(url))


def _text(response: plivoxml.ResponseElement) -> str:
    return str(response.to_string(pretty=False))
