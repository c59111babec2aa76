"""Plivo XML as Plivo reads it, but strict: whatever Plivo might let pass silently is refused.

Sources: https://www.plivo.com/docs/voice/xml/response, …/xml/getdigits, …/xml/getinput,
…/xml/audio-output (Play, Speak), …/xml/call-flow (Redirect, Wait, Hangup).
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

CONTENT_TYPES = frozenset({"application/xml", "text/xml"})
ALL_KEYS = "1234567890*#"
JAPANESE_VOICES = frozenset({"Polly.Mizuki", "Polly.Takumi"})


class InvalidXml(ValueError):
    """Not what Plivo executes; the message says what is wrong."""


@dataclass(frozen=True)
class Play:
    """``loop`` 0 repeats until the call ends."""

    url: str
    loop: int


@dataclass(frozen=True)
class Speak:
    text: str
    language: str
    voice: str
    loop: int


@dataclass(frozen=True)
class Wait:
    length_s: int


@dataclass(frozen=True)
class Gather:
    """GetDigits, or GetInput for keys; ``retries`` counts tries; ``finish_on_key`` may be ""."""

    name: str
    prompts: tuple[Play | Speak | Wait, ...]
    action: str | None
    method: str
    timeout_s: float
    digit_timeout_s: float
    finish_on_key: str
    num_digits: int
    retries: int
    redirect: bool
    valid_digits: str
    invalid_digits_sound: str | None


@dataclass(frozen=True)
class Redirect:
    url: str
    method: str


@dataclass(frozen=True)
class Hangup:
    reason: str | None


Element = Play | Speak | Wait | Gather | Redirect | Hangup


def parse_call_xml(content_type: str, text: str) -> tuple[Element, ...]:
    """The elements of a ``<Response>``, in order. Raises InvalidXml."""
    if content_type.split(";")[0].strip().lower() not in CONTENT_TYPES:
        raise InvalidXml(f"content type {content_type or 'missing'}, not application/xml")
    if "<!DOCTYPE" in text:
        raise InvalidXml("a document type is not allowed")
    try:
        root = ET.fromstring(text.encode())  # noqa: S314 - no document type, so no entities
    except ET.ParseError as error:
        raise InvalidXml(f"not well-formed: {error}") from error
    if root.tag != "Response" or root.attrib:
        raise InvalidXml(f"the root is <{root.tag}>, not a plain <Response>")
    return _children(root, _READERS)


def _children(
    parent: ET.Element, readers: Mapping[str, Callable[[ET.Element], Element]]
) -> tuple[Element, ...]:
    stray = [parent.text, *(child.tail for child in parent)]
    if any(text and text.strip() for text in stray):
        raise InvalidXml(f"text directly inside <{parent.tag}>")
    for child in parent:
        if child.tag not in readers:
            raise InvalidXml(f"<{child.tag}> inside <{parent.tag}> is not supported")
    return tuple(readers[child.tag](child) for child in parent)


class _Attributes:
    """Reads the attributes of one element; what is left over is refused."""

    def __init__(self, element: ET.Element) -> None:
        self._tag = element.tag
        self._left = dict(element.attrib)

    def text(self, name: str, default: str) -> str:
        return self._left.pop(name, default)

    def integer(self, name: str, default: int, least: int) -> int:
        text = self._left.pop(name, str(default))
        if not text.isdecimal() or int(text) < least:
            raise InvalidXml(f"<{self._tag} {name}={text!r}> is not an integer >= {least}")
        return int(text)

    def boolean(self, name: str, default: bool) -> bool:
        return self.one_of(name, "true" if default else "false", ("true", "false")) == "true"

    def one_of(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        text = self._left.pop(name, default)
        if text not in allowed:
            raise InvalidXml(f"<{self._tag} {name}={text!r}> is none of {', '.join(allowed)}")
        return text

    def url(self, name: str) -> str | None:
        text = self._left.pop(name, None)
        return None if text is None else _url(self._tag, text)

    def ignore(self, *names: str) -> None:
        for name in names:
            self._left.pop(name, None)

    def done(self) -> None:
        if self._left:
            raise InvalidXml(f"<{self._tag}> has no attribute {', '.join(sorted(self._left))}")


def _url(tag: str, text: str) -> str:
    text = text.strip()
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidXml(f"<{tag}>: {text!r} is not an absolute http(s) URL")
    return text


def _content(element: ET.Element) -> str:
    if len(element):
        raise InvalidXml(f"<{element.tag}> takes text only")
    return (element.text or "").strip()


def _play(element: ET.Element) -> Play:
    attributes = _Attributes(element)
    loop = attributes.integer("loop", 1, 0)
    attributes.done()
    return Play(_url("Play", _content(element)), loop)


def _speak(element: ET.Element) -> Speak:
    attributes = _Attributes(element)
    language = attributes.text("language", "en-US")
    voice = attributes.text("voice", "WOMAN")
    loop = attributes.integer("loop", 1, 0)
    attributes.done()
    text = _content(element)
    if not text:
        raise InvalidXml("<Speak> without text")
    if language == "ja-JP" and voice not in JAPANESE_VOICES:
        raise InvalidXml(f"<Speak> in ja-JP has no voice {voice}")
    return Speak(text, language, voice, loop)


def _wait(element: ET.Element) -> Wait:
    attributes = _Attributes(element)
    length_s = attributes.integer("length", 1, 1)
    attributes.ignore("silence", "minSilence", "beep")
    attributes.done()
    return Wait(length_s)


def _get_digits(element: ET.Element) -> Gather:
    attributes = _Attributes(element)
    attributes.ignore("log", "playBeep")
    gather = Gather(
        name="GetDigits",
        prompts=_prompts(element),
        action=attributes.url("action"),
        method=attributes.one_of("method", "POST", ("GET", "POST")),
        timeout_s=attributes.integer("timeout", 5, 1),
        digit_timeout_s=attributes.integer("digitTimeout", 2, 1),
        finish_on_key=_finish_key(attributes),
        num_digits=attributes.integer("numDigits", 99, 1),
        retries=attributes.integer("retries", 1, 1),
        redirect=attributes.boolean("redirect", True),
        valid_digits=attributes.text("validDigits", ALL_KEYS),
        invalid_digits_sound=attributes.url("invalidDigitsSound"),
    )
    attributes.done()
    return gather


def _get_input(element: ET.Element) -> Gather:
    attributes = _Attributes(element)
    attributes.ignore("speechEndTimeout", "speechModel", "hints", "language", "profanityFilter")
    attributes.ignore("interimSpeechResultsCallback", "interimSpeechResultsCallbackMethod", "log")
    if attributes.one_of("inputType", "dtmf", ("dtmf", "dtmf speech", "speech")) == "speech":
        raise InvalidXml("<GetInput> for speech alone: the simulator's callers only key in")
    digit_end_timeout = attributes.text("digitEndTimeout", "auto")
    gather = Gather(
        name="GetInput",
        prompts=_prompts(element),
        action=attributes.url("action"),
        method=attributes.one_of("method", "POST", ("GET", "POST")),
        timeout_s=attributes.integer("executionTimeout", 15, 5),
        digit_timeout_s=2 if digit_end_timeout == "auto" else int(digit_end_timeout),
        finish_on_key=_finish_key(attributes),
        num_digits=attributes.integer("numDigits", 32, 1),
        retries=1,
        redirect=attributes.boolean("redirect", True),
        valid_digits=ALL_KEYS,
        invalid_digits_sound=None,
    )
    attributes.done()
    if gather.action is None:
        raise InvalidXml("<GetInput> without action")
    return gather


def _finish_key(attributes: _Attributes) -> str:
    key = attributes.one_of("finishOnKey", "#", (*ALL_KEYS, "", "none", "None"))
    return key if len(key) == 1 else ""


def _prompts(element: ET.Element) -> tuple[Play | Speak | Wait, ...]:
    return _children(element, _PROMPTS)  # type: ignore[return-value]


def _redirect(element: ET.Element) -> Redirect:
    attributes = _Attributes(element)
    method = attributes.one_of("method", "POST", ("GET", "POST"))
    attributes.done()
    return Redirect(_url("Redirect", _content(element)), method)


def _hangup(element: ET.Element) -> Hangup:
    attributes = _Attributes(element)
    reason = attributes.one_of("reason", "", ("", "rejected", "busy"))
    attributes.ignore("schedule")
    attributes.done()
    if _content(element):
        raise InvalidXml("text inside <Hangup>")
    return Hangup(reason or None)


_PROMPTS: Mapping[str, Callable[[ET.Element], Element]] = {
    "Play": _play,
    "Speak": _speak,
    "Wait": _wait,
}
_READERS: Mapping[str, Callable[[ET.Element], Element]] = {
    **_PROMPTS,
    "GetDigits": _get_digits,
    "GetInput": _get_input,
    "Redirect": _redirect,
    "Hangup": _hangup,
}
