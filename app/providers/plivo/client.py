"""Sending SMS and asking about them through Plivo's REST API, by its SDK."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
from plivo import RestClient
from plivo.exceptions import ValidationError
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from app.domain.phone_numbers import from_national_digits
from app.providers.plivo.failures import SendDelayed, SendRefused, SendUnclear
from app.providers.plivo.last_answers import LastAnswers
from app.providers.plivo.status_report import StatusReport, parse, parse_time

PAGE = 20
"""The most lines that Plivo lists at once."""
_PLIVO_API = "https://api.plivo.com"
_LONGEST_REASON = 200

# Known not to be accepted. 429: rate limit; 408: our request never arrived whole; 501 and 503: said
# by whoever did not do it. Every other 5xx is unclear: 500 may come after the message was queued,
# 502 and 504 come from a gateway that does not know what happened behind it.
_NOT_ACCEPTED = frozenset({408, 429, 501, 503})


@dataclass(frozen=True)
class SentMessage:
    """A line of Plivo's own list of messages. Numbers are E.164; `accepted_at` is UTC."""

    provider_id: str
    sender: str
    recipient: str
    accepted_at: datetime | None


@dataclass(frozen=True)
class ListPage:
    """Part of that list; `is_last` when nothing follows."""

    lines: list[SentMessage]
    is_last: bool


class SmsClient:
    """Plivo's messages. To be shared: each thread gets an SDK client of its own."""

    def __init__(
        self, auth_id: str, auth_token: str, api_url: str = "", timeout_s: float = 5
    ) -> None:
        """`api_url` is where the API is, without /v1; empty for the real Plivo.

        `auth_id` has to be MA or SA and 18 characters, or the SDK raises AuthenticationError.
        """
        self.answers = LastAnswers()
        self._arguments = (auth_id, auth_token, api_url.rstrip("/"), timeout_s, self.answers)
        self._threads = threading.local()
        self._sdk()  # refuse a malformed auth_id now, not at the first message

    def send(self, *, sender: str, recipient: str, text: str, callback_url: str) -> str:
        """Hand over one SMS and return Plivo's id of it.

        `sender` in national digits (0312345678), `recipient` in E.164; delivery reports are POSTed
        to `callback_url`. Raises SendRefused, SendDelayed or SendUnclear.
        """
        answer = _ask(
            self._sdk().messages.create,
            src=from_national_digits(sender),
            dst=recipient,
            text=text,
            url=callback_url,
        )
        ids = getattr(answer, "message_uuid", None)
        if not isinstance(ids, list) or len(ids) != 1 or not isinstance(ids[0], str):
            raise SendUnclear("accepted without an id")
        return ids[0]

    def get(self, provider_id: str) -> StatusReport:
        """What Plivo knows about one message; 404 (SendRefused) when it does not know it.

        A question changes nothing, so every failure but a refusal is SendDelayed: ask again later.
        """
        return parse(vars(inquire(self._sdk().messages.get, message_uuid=provider_id)))

    def list_page(
        self,
        *,
        sender: str,
        recipient: str | None,
        since: datetime,
        until: datetime,
        offset: int,
    ) -> ListPage:
        """A page of the messages that Plivo accepted from `sender` (national digits), to anybody or
        to `recipient` (E.164), in that time, newest first; for those whose `send` ended in
        SendUnclear. The next page begins `PAGE` lines after `offset`.

        Plivo allows 20 such questions a minute. Failures other than a refusal are SendDelayed.
        """
        source = from_national_digits(sender)
        answer = inquire(
            self._sdk().messages.list,
            limit=PAGE,
            offset=offset,
            from_number=source,
            to_number=recipient,
            message_direction="outbound",
            message_time__gte=_plivo_time(since),
            message_time__lte=_plivo_time(until),
        )
        told = [_sent_message(line) for line in answer]
        # Compared again here: a filter that is not understood is ignored, and the message of
        # somebody else would be taken for ours.
        lines = [
            line for line in told if line.sender == source and recipient in (None, line.recipient)
        ]
        return ListPage(lines, is_last=len(told) < PAGE and not _has_next(answer))

    def _sdk(self) -> Any:
        if not hasattr(self._threads, "sdk"):
            self._threads.sdk = SdkClient(*self._arguments)
        return self._threads.sdk


class SdkClient(RestClient):  # type: ignore[misc]
    """The SDK's client, pointed where we want it and with every answer seen before it is read.

    The SDK sets its `base_uri` anew in each call, so another address has to be an adapter; and it
    drops the status code and Retry-After of 429 and 501–504, so they are taken from here.
    """

    def __init__(
        self, auth_id: str, auth_token: str, api_url: str, timeout_s: float, answers: LastAnswers
    ) -> None:
        super().__init__(auth_id, auth_token, timeout=timeout_s)
        self._answers = answers
        if api_url:
            self.session.mount(_PLIVO_API, _Retarget(api_url))

    def request(self, method: str, path: Any = None, data: Any = None, **options: Any) -> Any:
        """Voice goes to the documented host too, and once: the SDK would try three hosts in turn,
        and what failed at one may have been done."""
        options.pop("is_voice_request", None)
        return super().request(method, path, data, **options)

    def send_request(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        try:
            response: requests.Response = super().send_request(request, **options)
        except requests.RequestException as trouble:
            self._answers.note_failure(type(trouble).__name__)
            raise
        self._answers.note_status(response.status_code)
        return response

    def process_response(
        self,
        method: str,
        response: requests.Response,
        response_type: Any = None,
        objects_type: Any = None,
    ) -> Any:
        _raise_for_status(response)
        try:
            answer = super().process_response(method, response, response_type, objects_type)
        except (TypeError, AttributeError) as trouble:  # JSON, but null, a number or a list
            raise SendUnclear("answer is not an object") from trouble
        if answer is None:
            raise SendUnclear("answer is empty or not JSON")
        return answer


class _Retarget(HTTPAdapter):
    """Sends what is meant for Plivo to another address."""

    def __init__(self, api_url: str) -> None:
        super().__init__()
        self._api_url = api_url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        request.url = (request.url or "").replace(_PLIVO_API, self._api_url, 1)
        return super().send(request, *args, **kwargs)


def _ask(question: Callable[..., Any], **arguments: Any) -> Any:
    """Call the SDK, and tell failures by what is known of the outcome."""
    try:
        return question(**arguments)
    except requests.RequestException as trouble:
        if _nothing_was_sent(trouble):
            raise SendDelayed(f"no connection: {type(trouble).__name__}") from trouble
        raise SendUnclear(f"no answer: {type(trouble).__name__}") from trouble
    except ValidationError as trouble:  # the SDK's own check, before anything was sent
        raise SendRefused("arguments", str(trouble)[:_LONGEST_REASON]) from trouble


def inquire(question: Callable[..., Any], **arguments: Any) -> Any:
    """The same for a question: whatever became of it, it may be asked again."""
    try:
        return _ask(question, **arguments)
    except SendUnclear as trouble:
        raise SendDelayed(trouble.reason) from trouble


def _nothing_was_sent(trouble: requests.RequestException) -> bool:
    """Whether the connection was never there: refused, no such host, time-out while connecting."""
    cause = trouble.args[0] if trouble.args else None
    return isinstance(cause, MaxRetryError) and isinstance(
        cause.reason, NewConnectionError | ConnectTimeoutError
    )


def _raise_for_status(response: requests.Response) -> None:
    status = response.status_code
    if status in _NOT_ACCEPTED:
        raise SendDelayed(f"HTTP {status}", _retry_after_s(response))
    if 400 <= status < 500:
        raise SendRefused(str(status), _reason(response))
    if not 200 <= status < 300:
        raise SendUnclear(f"HTTP {status}")


def _retry_after_s(response: requests.Response) -> float | None:
    """Seconds, when the header gives seconds; its other form, a date, nobody here sends."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None


def _reason(response: requests.Response) -> str:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    error = answer.get("error") if isinstance(answer, dict) else None
    return str(error or response.reason)[:_LONGEST_REASON]


def _sent_message(line: Any) -> SentMessage:
    return SentMessage(
        provider_id=str(line.message_uuid),
        sender=_e164(line.from_number),
        recipient=_e164(line.to_number),
        accepted_at=parse_time(str(line.message_time)),
    )


def _has_next(answer: Any) -> bool:
    return bool(getattr(answer.meta, "next", None))


def _e164(number: object) -> str:
    """Plivo lists numbers without their plus."""
    return f"+{str(number).removeprefix('+')}"


def _plivo_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
