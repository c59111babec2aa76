"""Applications (where Plivo asks about calls) and the numbers assigned to them.

Sources: https://www.plivo.com/docs/account/api/application/the-application-object and
https://www.plivo.com/docs/numbers/api/account-phone-number.
"""

import threading
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

SETTABLE = (
    "app_name",
    "answer_url",
    "answer_method",
    "hangup_url",
    "hangup_method",
    "fallback_answer_url",
    "fallback_method",
)


@dataclass(frozen=True)
class Application:
    """URLs and methods for the calls of its numbers; ``hangup_url`` "" means the answer URL,
    ``fallback_answer_url`` "" means none."""

    app_name: str
    answer_url: str
    answer_method: str = "POST"
    hangup_url: str = ""
    hangup_method: str = "POST"
    fallback_answer_url: str = ""
    fallback_method: str = "POST"
    app_id: str = field(default_factory=lambda: str(uuid.uuid4().int)[:18])

    def resource_uri(self, auth_id: str) -> str:
        return f"/v1/Account/{auth_id}/Application/{self.app_id}/"

    def as_resource(self, auth_id: str, *, is_default: bool) -> dict[str, Any]:
        return {
            **{name: getattr(self, name) for name in SETTABLE},
            "app_id": self.app_id,
            "application_type": "XML",
            "default_app": is_default,
            "default_endpoint_app": False,
            "enabled": True,
            "log_incoming_messages": True,
            "message_method": "POST",
            "message_url": "",
            "public_uri": False,
            "resource_uri": self.resource_uri(auth_id),
            "sip_uri": f"sip:{self.app_id}@app.plivo.com",
            "sub_account": None,
        }


class Applications:
    """All applications; a number not assigned to one has the default application."""

    def __init__(self, default: Application) -> None:
        self._lock = threading.Lock()
        self.default_id = default.app_id
        self._default = default
        self._by_id = {default.app_id: default}
        self._of_number: dict[str, str] = {}

    def add(self, application: Application) -> None:
        with self._lock:
            self._by_id[application.app_id] = application

    def get(self, app_id: str) -> Application | None:
        return self._by_id.get(app_id)

    def change(self, app_id: str, changes: dict[str, str]) -> None:
        """Sets some of SETTABLE. Raises KeyError for an unknown application."""
        with self._lock:
            self._by_id[app_id] = replace(self._by_id[app_id], **changes)

    def all(self) -> list[Application]:
        with self._lock:
            return list(self._by_id.values())

    def assign(self, number: str, app_id: str) -> None:
        """Gives ``number`` (E.164 without +) an application."""
        with self._lock:
            self._of_number[number] = app_id

    def of(self, number: str) -> Application:
        with self._lock:
            return self._by_id[self._of_number.get(number, self.default_id)]

    def numbers(self) -> list[str]:
        """Those assigned so far."""
        with self._lock:
            return list(self._of_number)

    def reset(self) -> None:
        with self._lock:
            self._by_id = {self.default_id: self._default}
            self._of_number.clear()
