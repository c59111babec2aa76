"""Plivo asking the customer's server during a call.

Sources: https://www.plivo.com/docs/voice/concepts/callback-configurations (time-outs and retries,
settable in the URL's fragment, e.g. ``#rt=3000&rc=2&rp=ct,rt,5xx``; by default 2 s to connect, 40 s
to read, 55 s in all, one retry, on time-outs only) and
https://www.plivo.com/docs/voice/xml/request (an answer is at most 100 KB).
"""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urldefrag

import requests

from simulator.conditions import Weather
from simulator.http_client import plain_session, read_at_most
from simulator.signature import signed_headers
from simulator.timetable import Timetable

MOST_BYTES = 100_000


class WebhookFailed(Exception):
    """No usable answer; ``status`` is None when there was none at all."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status

    @property
    def leads_to_fallback(self) -> bool:
        """A refusal (4xx) ends the call; time-outs and 5xx go to the fallback URL."""
        return self.status is None or self.status >= 500


@dataclass(frozen=True)
class Policy:
    """Time-outs in seconds; ``retry_on`` holds ct, rt, 4xx, 5xx or all."""

    connect_s: float = 2
    read_s: float = 40
    total_s: float = 55
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct", "rt"})

    @classmethod
    def of(cls, url: str) -> "Policy":
        given = dict(parse_qsl(urldefrag(url).fragment))
        return cls(
            connect_s=_milliseconds(given, "ct", 2000),
            read_s=_milliseconds(given, "rt", 40000),
            total_s=_milliseconds(given, "tt", 55000),
            retries=int(given.get("rc", 1)),
            retry_on=frozenset(given.get("rp", "ct,rt").split(",")),
        )


def _milliseconds(given: Mapping[str, str], name: str, default: int) -> float:
    return int(given.get(name, default)) / 1000


@dataclass(frozen=True)
class Answer:
    """``text`` is the body of a 2xx answer."""

    status: int
    content_type: str
    text: str


Report = Callable[[dict[str, Any]], None]


class Webhooks:
    """Signed requests; ``report`` is told about every attempt."""

    def __init__(
        self, auth_token: str, timetable: Timetable, weather: Weather, speed: float
    ) -> None:
        self._auth_token = auth_token
        self._timetable = timetable
        self._weather = weather
        self._speed = speed
        self._session = plain_session()

    def ask(self, method: str, url: str, params: Mapping[str, str], report: Report) -> Answer:
        """The 2xx answer. Raises WebhookFailed."""
        policy = Policy.of(url)
        deadline = time.monotonic() + policy.total_s
        for attempt in range(policy.retries + 1):
            try:
                return self._in_this_weather(method, urldefrag(url).url, params, policy, report)
            except WebhookFailed as failure:
                out_of_time = time.monotonic() >= deadline
                if attempt == policy.retries or out_of_time or not _retried(failure, policy):
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _in_this_weather(
        self, method: str, url: str, params: Mapping[str, str], policy: Policy, report: Report
    ) -> Answer:
        faults = self._weather.conditions.webhooks
        if self._weather.happens(faults.delay):
            time.sleep(self._weather.delay_s() / self._speed)
        if self._weather.happens(faults.repeat):
            self._once_more_after(0, method, url, params, policy)
        if self._weather.happens(faults.reorder):
            self._once_more_after(self._weather.delay_s(), method, url, params, policy)
        if self._weather.happens(faults.drop):
            report({"url": url, "method": method, "status": None, "ms": 0})
            raise WebhookFailed(f"time-out at {url}")
        answer = self._once(method, url, params, policy, report)
        if self._weather.happens(faults.lose_answer):
            raise WebhookFailed(f"time-out at {url}")
        return answer

    def _once_more_after(
        self, delay_s: float, method: str, url: str, params: Mapping[str, str], policy: Policy
    ) -> None:
        """The same request again; nobody waits for its answer."""

        def ask() -> None:
            with suppress(WebhookFailed):
                self._once(method, url, params, policy, lambda _step: None)

        self._timetable.after(
            delay_s / self._speed, threading.Thread(target=ask, daemon=True).start
        )

    def _once(
        self, method: str, url: str, params: Mapping[str, str], policy: Policy, report: Report
    ) -> Answer:
        began = time.monotonic()
        step: dict[str, Any] = {"url": url, "method": method, "status": None}
        try:
            with self._session.request(
                method,
                url,
                headers=signed_headers(method, url, params, self._auth_token),
                timeout=(policy.connect_s, policy.read_s),
                allow_redirects=False,
                stream=True,
                params=params if method == "GET" else None,
                data=None if method == "GET" else params,
            ) as response:
                step["status"] = response.status_code
                body = read_at_most(response, MOST_BYTES)
                response.encoding = response.encoding or "utf-8"
                text = body.decode(response.encoding, errors="replace")
        except requests.RequestException as error:
            reason = _reason(error)
            raise WebhookFailed(f"{reason} at {url}") from error
        finally:
            step["ms"] = round((time.monotonic() - began) * 1000)
            report(step)
        if not 200 <= response.status_code < 300:
            raise WebhookFailed(f"HTTP {response.status_code} from {url}", response.status_code)
        if len(body) > MOST_BYTES:
            raise WebhookFailed(f"more than 100 KB from {url}")
        return Answer(response.status_code, response.headers.get("Content-Type", ""), text)


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.ConnectionError) and not isinstance(error, requests.Timeout):
        return "no connection"
    return "time-out"


def _retried(failure: WebhookFailed, policy: Policy) -> bool:
    if "all" in policy.retry_on:
        return True
    if failure.status is None:
        return bool(policy.retry_on & {"ct", "rt"})
    return f"{failure.status // 100}xx" in policy.retry_on
