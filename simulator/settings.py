"""Settings of the simulator, read from the environment; nothing else here reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from simulator.conditions import Conditions

DEFAULTS = {
    "PLIVO_AUTH_ID": "MADEVELOPMENTTODOKU1",
    "PLIVO_AUTH_TOKEN": "development-plivo-token-not-secret",
    "SHORT_URL_BASE": "https://qms.jp",
    "SIMULATOR_CONDITIONS": "{}",
    "SIMULATOR_PORT": "8090",
    "SIMULATOR_SPEED": "20",
    "STATE_DIR": "var",
    "WEBHOOKS_PORT": "8081",
}


class SettingsError(ValueError):
    """A setting is senseless; the message names it and says why."""


@dataclass(frozen=True)
class Settings:
    """``speed`` divides the waits of the SMS network: 20 makes a minute last 3 seconds;
    ``short_url_base`` is only for the page, which opens such links at ``public_base_url``;
    ``conditions`` are those of the start."""

    port: int
    state_dir: Path
    auth_id: str
    auth_token: str
    public_base_url: str
    short_url_base: str
    speed: float
    conditions: Conditions

    @property
    def answer_url(self) -> str:
        return f"{self.public_base_url}/ivr/answer"

    @property
    def hangup_url(self) -> str:
        return f"{self.public_base_url}/ivr/hangup"

    @property
    def fallback_url(self) -> str:
        return f"{self.public_base_url}/ivr/fallback"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Reads the names of DEFAULTS and PUBLIC_BASE_URL (default: the webhooks on this machine);
        empty counts as unset. Raises SettingsError."""
        given = DEFAULTS | {name: value for name, value in environment.items() if value}
        webhooks_port = _port(given, "WEBHOOKS_PORT")
        base = given.get("PUBLIC_BASE_URL", f"http://127.0.0.1:{webhooks_port}")
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(f"PUBLIC_BASE_URL must be an http(s) URL, not {base!r}")
        auth_id = given["PLIVO_AUTH_ID"]
        if len(auth_id) != 20 or auth_id[:2] not in ("MA", "SA"):
            raise SettingsError("PLIVO_AUTH_ID must be MA or SA and 18 more characters")
        return cls(
            port=_port(given, "SIMULATOR_PORT"),
            state_dir=Path(given["STATE_DIR"]),
            auth_id=auth_id,
            auth_token=given["PLIVO_AUTH_TOKEN"],
            public_base_url=base.rstrip("/"),
            short_url_base=given["SHORT_URL_BASE"].rstrip("/"),
            speed=_speed(given),
            conditions=_conditions(given),
        )


def _port(given: Mapping[str, str], name: str) -> int:
    text = given[name]
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise SettingsError(f"{name} must be a port number, not {text!r}")
    return int(text)


def _conditions(given: Mapping[str, str]) -> Conditions:
    try:
        return Conditions.model_validate_json(given["SIMULATOR_CONDITIONS"])
    except ValidationError as error:
        raise SettingsError(f"SIMULATOR_CONDITIONS: {error}") from error


def _speed(given: Mapping[str, str]) -> float:
    text = given["SIMULATOR_SPEED"]
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise SettingsError(f"SIMULATOR_SPEED must be a positive number, not {text!r}")
    return speed
