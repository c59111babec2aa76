"""Plivo's side of incoming numbers: which application a number belongs to, and what it calls.

Sources: plivo.com/docs/account/api/application and plivo.com/docs/numbers/api/account-phone-number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.providers.plivo.client import SdkClient, inquire
from app.providers.plivo.failures import SendRefused
from app.providers.plivo.last_answers import LastAnswers

_PAGE = 20  # the most that Plivo lists at once


@dataclass(frozen=True)
class Webhooks:
    """Where Plivo asks about the calls of an application's numbers, by Plivo's own names."""

    answer_url: str
    hangup_url: str
    fallback_answer_url: str
    answer_method: str = "POST"
    hangup_method: str = "POST"
    fallback_method: str = "POST"

    @property
    def methods(self) -> tuple[str, ...]:
        """Each that is used, once."""
        used = (self.answer_method, self.hangup_method, self.fallback_method)
        return tuple(dict.fromkeys(used))

    def as_parameters(self) -> Mapping[str, str]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Application:
    app_id: str
    name: str
    webhooks: Webhooks


class NumberClient:
    """Plivo's numbers and applications. Every method raises SendRefused (by its `code`, "404": not
    there, "401": wrong credentials) or SendDelayed; whatever became of it, it may be done again.

    Numbers are E.164.
    """

    def __init__(
        self, auth_id: str, auth_token: str, api_url: str = "", timeout_s: float = 5
    ) -> None:
        """As `SmsClient`."""
        self._arguments = (auth_id, auth_token, api_url.rstrip("/"), timeout_s)

    def ping(self) -> None:
        """Ask for something small, to see that Plivo answers us."""
        inquire(self._sdk().numbers.list, limit=1)

    def application_of(self, number: str) -> Application | None:
        """The application that the number is assigned to, None without one; SendRefused "404"
        where the number is not rented in our name."""
        rented = inquire(self._sdk().numbers.get, number=_digits(number))
        app_id = _text(rented, "application").strip("/").rpartition("/")[2]
        if not app_id:
            return None
        try:
            return _application(inquire(self._sdk().applications.get, app_id=app_id))
        except SendRefused as refusal:
            if refusal.code == "404":  # deleted since
                return None
            raise

    def application_named(self, name: str) -> Application | None:
        """The first of this name, by its id."""
        named = (each for each in self._applications() if each.name == name)
        return min(named, key=lambda each: each.app_id, default=None)

    def create_application(self, name: str, webhooks: Webhooks) -> str:
        """Returns its id."""
        create = self._sdk().applications.create
        answer = inquire(create, app_name=name, **webhooks.as_parameters())
        return str(answer.app_id)

    def change_application(self, app_id: str, webhooks: Webhooks) -> None:
        inquire(self._sdk().applications.update, app_id=app_id, **webhooks.as_parameters())

    def assign(self, number: str, app_id: str) -> None:
        inquire(self._sdk().numbers.update, number=_digits(number), app_id=app_id)

    def _applications(self) -> Iterator[Application]:
        offset = 0
        while True:
            lines = list(inquire(self._sdk().applications.list, limit=_PAGE, offset=offset))
            yield from map(_application, lines)
            if len(lines) < _PAGE:
                return
            offset += _PAGE

    def _sdk(self) -> Any:
        """A new one each time: it is not to be shared between threads, and this is asked rarely."""
        return SdkClient(*self._arguments, LastAnswers())


def _application(found: Any) -> Application:
    webhooks = Webhooks(**{each.name: _text(found, each.name) for each in fields(Webhooks)})
    return Application(_text(found, "app_id"), _text(found, "app_name"), webhooks)


def _text(found: Any, name: str) -> str:
    return str(getattr(found, name, None) or "")


def _digits(number: str) -> str:
    """Plivo writes numbers without their plus."""
    return number.removeprefix("+")
