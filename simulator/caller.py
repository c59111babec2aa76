"""One call, from dialling to the hang-up: asks the webhooks and does what their XML says."""

import uuid
from collections.abc import Callable

from simulator import clock
from simulator.applications import Application
from simulator.audio_check import Audio, fetch_audio
from simulator.call_params import (
    BUSY,
    BY_CALLER,
    BY_END,
    BY_XML,
    INVALID,
    TOO_LONG,
    UNREACHABLE,
    CallIdentity,
    Ending,
)
from simulator.call_xml import (
    Element,
    Gather,
    Hangup,
    InvalidXml,
    Play,
    Redirect,
    Speak,
    Wait,
    parse_call_xml,
)
from simulator.gathering import gather_digits
from simulator.line import CallerHungUp, Line
from simulator.steps import StepLog
from simulator.webhooks import Answer, WebhookFailed, Webhooks

RINGS_S = 2
MOST_DOCUMENTS = 200
LONGEST_CALL_S = 14_400
SPEECH_S_PER_CHARACTER = 0.15


class CallFailed(Exception):
    """The call cannot go on; the caller hears an error tone."""

    def __init__(self, reason: str, ending: Ending) -> None:
        super().__init__(reason)
        self.ending = ending


class Call:
    """``caller`` and ``called`` are as Plivo sends them; ``keep_audio`` gets every file played."""

    def __init__(
        self,
        caller: str,
        called: str,
        line: Line,
        application: Application,
        webhooks: Webhooks,
        auth_id: str,
        keep_audio: Callable[[Audio], None],
    ) -> None:
        self.identity = CallIdentity(str(uuid.uuid4()), caller, called, auth_id, clock.now())
        self.line = line
        self.steps = StepLog()
        self.ok = False
        self._application = application
        self._webhooks = webhooks
        self._keep_audio = keep_audio
        self._problems: list[str] = []
        self._answered_at_s: float | None = None
        self._documents = 0

    def run(self) -> None:
        """Plays the whole call; never raises for what goes wrong in it."""
        try:
            self._dial()
            self._hang_up(self._talk())
        finally:
            self.steps.close()

    def turn_away(self) -> None:
        """The whole of a call that does not get through: no webhook hears of it."""
        self._dial()
        self._problem("486 Busy Here: more calls a second than the account may have")
        self.step("busy", code=486)
        self.step("hangup", by=BUSY.by, cause=BUSY.name, code=BUSY.code)
        self.step("result", ok=False, ended_by=BUSY.by, duration=0, problems=self._problems)
        self.steps.close()

    def _dial(self) -> None:
        self.step(
            "dialled",
            call_uuid=self.identity.uuid,
            started_at=self.identity.started_at.isoformat(),
            **{"from": self.identity.caller, "to": self.identity.called},
        )

    def step(self, kind: str, **details: object) -> None:
        """Adds one step to the transcript."""
        at = round(self.line.elapsed_s(), 2)
        self.steps.append({"at": at, "kind": kind, **details})

    def _talk(self) -> Ending:
        try:
            self.step("ringing")
            self.line.forget_keys()
            self.line.hear_ringing(RINGS_S)
            document = self._ask(
                self._application.answer_url,
                self._application.answer_method,
                {"Event": "StartApp"},
                "ringing",
            )
            self._answered_at_s = self.line.elapsed_s()
            self.step("answered")
            while True:
                following = self._execute(document)
                if isinstance(following, Ending):
                    return following
                document = following
        except CallerHungUp:
            return BY_CALLER
        except CallFailed as failure:
            self._problem(str(failure))
            self.step("error_tone", reason=str(failure))
            return failure.ending

    def _execute(self, document: tuple[Element, ...]) -> tuple[Element, ...] | Ending:
        """Does what one document says; the next document, or how the call ended."""
        for element in document:
            match element:
                case Gather():
                    following = self._gather(element)
                    if following is not None:
                        return following
                case Redirect():
                    self.step("redirect", url=element.url)
                    return self._ask(element.url, element.method, {"Event": "Redirect"})
                case Hangup():
                    return BY_XML
                case _:
                    self.hear(element)
        return BY_END

    def _gather(self, element: Gather) -> tuple[Element, ...] | None:
        digits = gather_digits(self, element)
        if digits is None or element.action is None:
            return None
        params = {"Event": "Redirect", "Digits": digits}
        if element.name == "GetInput":
            params |= {"InputType": "dtmf", "Speech": "", "SpeechConfidenceScore": "0"}
        if element.redirect:
            return self._ask(element.action, element.method, params)
        try:
            wanted = self.identity.params("in-progress") | params
            self._fetch(element.method, element.action, wanted)
        except WebhookFailed as failure:
            self._problem(str(failure))
        return None

    def hear(self, element: Play | Speak | Wait, *, until_key: bool = False) -> None:
        """Plays one element to the caller; a key cuts it short when ``until_key``."""
        if isinstance(element, Wait):
            self.step("wait", duration=element.length_s)
            self.line.hear(element.length_s, until_key=until_key)
            return
        repeats = element.loop or LONGEST_CALL_S
        for _ in range(repeats):
            if isinstance(element, Play):
                duration_s = self.play(element.url)
            else:
                duration_s = self._speak(element)
            self.line.hear(duration_s, until_key=until_key)
            if until_key and self.line.has_key:
                return
            if self.line.elapsed_s() > LONGEST_CALL_S:
                raise CallFailed("longer than the 4 hours a call may last", TOO_LONG)

    def play(self, url: str) -> float:
        """Fetches and checks one sound; its duration in seconds."""
        audio = fetch_audio(url)
        self._keep_audio(audio)
        for problem in audio.problems:
            self._problem(f"{url}: {problem}")
        self.step(
            "play",
            url=url,
            duration=round(audio.duration_s, 2),
            hash=audio.sha256,
            content_type=audio.content_type,
            problems=list(audio.problems),
        )
        return audio.duration_s

    def _speak(self, element: Speak) -> float:
        duration_s = round(len(element.text) * SPEECH_S_PER_CHARACTER, 2)
        self.step(
            "speak",
            text=element.text,
            language=element.language,
            voice=element.voice,
            duration=duration_s,
        )
        return duration_s

    def _ask(
        self, url: str, method: str, params: dict[str, str], status: str = "in-progress"
    ) -> tuple[Element, ...]:
        """The next document from ``url``, else from the fallback URL. Raises CallFailed."""
        if self.line.is_hung_up:
            raise CallerHungUp
        self._documents += 1
        if self._documents > MOST_DOCUMENTS:
            raise CallFailed(f"more than {MOST_DOCUMENTS} documents: a loop", TOO_LONG)
        wanted = {**self.identity.params(status), **params}
        try:
            return _document(self._fetch(method, url, wanted))
        except InvalidXml as error:
            reason, ending = f"{url}: {error}", INVALID
        except WebhookFailed as failure:
            reason, ending = str(failure), UNREACHABLE
            if not failure.leads_to_fallback:
                raise CallFailed(reason, ending) from failure
        fallback_url = self._application.fallback_answer_url
        if not fallback_url:
            raise CallFailed(reason, ending)
        self._problem(reason)
        self.step("fallback", reason=reason)
        try:
            return _document(self._fetch(self._application.fallback_method, fallback_url, wanted))
        except (InvalidXml, WebhookFailed) as failure:
            raise CallFailed(f"fallback: {failure}", ending) from failure

    def _fetch(self, method: str, url: str, params: dict[str, str]) -> Answer:
        return self._webhooks.ask(method, url, params, lambda seen: self.step("webhook", **seen))

    def _hang_up(self, ending: Ending) -> None:
        self.step("hangup", by=ending.by, cause=ending.name, code=ending.code)
        ended_at_s = self.line.elapsed_s()
        answered_at_s = ended_at_s if self._answered_at_s is None else self._answered_at_s
        params = self.identity.hangup_params(ending, answered_at_s, ended_at_s)
        try:
            url = self._application.hangup_url or self._application.answer_url
            self._fetch(self._application.hangup_method, url, params)
        except WebhookFailed as failure:
            self._problem(str(failure))
        self.ok = not self._problems
        self.step(
            "result",
            ok=self.ok,
            ended_by=ending.by,
            duration=int(params["Duration"]),
            problems=self._problems,
        )

    def _problem(self, text: str) -> None:
        self._problems.append(text)


def _document(answer: Answer) -> tuple[Element, ...]:
    return parse_call_xml(answer.content_type, answer.text)
