"""Every setting of every program, read from the environment once and validated at start.

Nobody else reads the environment. A missing or senseless value stops the program with a sentence
that names the setting and says what it should be.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent
DEVELOPMENT_SECRET_KEY = "development-secret-key-never-in-production"
SHORTEST_SECRET_KEY = 16
DEVELOPMENT_AUTH_ID = "MADEVELOPMENTTODOKU1"
DEVELOPMENT_AUTH_TOKEN = "development-plivo-token-not-secret"
LEAST_MONTHS_KEPT = 4  # the delivery log reaches three months back
SHORTEST_MONTH_DAYS = 28
LONGEST_STATE_DIR = 85  # the broker's unix socket stands below it, and its path may have 107 bytes
BROKER_SCHEMES = ("amqp", "amqps", "redis", "rediss", "redis+socket")


class SettingsRefused(SystemExit):
    """The program must not start: `str(error)` lists each wrong setting and why."""


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http:// or https:// address without a query")
    if not value.isascii():
        raise ValueError("must be ASCII: Plivo signs the address as it is written")
    return value.rstrip("/")


def _optional_http_url(value: str) -> str:
    return _http_url(value) if value else value


def _mail_url(value: str) -> str:
    if value and (urlsplit(value).scheme not in ("smtp", "smtps") or not urlsplit(value).hostname):
        raise ValueError("must be smtp://[user:password@]host[:port], or smtps://…")
    return value


def _secret_keys(value: str) -> str:
    if value and any(len(key) < SHORTEST_SECRET_KEY for key in value.split(",")):
        raise ValueError(
            f"must be keys of {SHORTEST_SECRET_KEY} characters at least, with commas between"
        )
    return value


def _redis_url(value: str) -> str:
    if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("must be redis://host:port/number, rediss://… or unix:///path")
    return value


def _broker_url(value: str) -> str:
    if value and urlsplit(value).scheme not in BROKER_SCHEMES:
        raise ValueError(f"must begin with one of {', '.join(f'{s}://' for s in BROKER_SCHEMES)}")
    return value


def _database_url(value: str) -> str:
    """A plain postgresql:// address means the psycopg 3 driver, the one we install."""
    if not value:
        return value
    try:
        url = make_url(value)
    except ArgumentError as error:
        raise ValueError(
            "must be postgresql://user:password@host:port/name or sqlite:///path"
        ) from error
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("postgresql+psycopg", "sqlite"):
        raise ValueError(f"{url.drivername} is not supported: use postgresql:// or sqlite:///")
    return url.render_as_string(hide_password=False)


def is_loopback(url: str) -> bool:
    """Whether the address can only be reached from this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


HttpUrl = Annotated[str, AfterValidator(_http_url)]
OptionalHttpUrl = Annotated[str, AfterValidator(_optional_http_url)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """The settings, by their names in the environment in lower case (`DATABASE_URL` →
    `database_url`)."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    state_dir: Path = ROOT / "var"
    portal_port: Port = 8080
    webhooks_port: Port = 8081
    worker_port: Port = 8082
    simulator_port: Port = 8090

    database_url: Annotated[str, AfterValidator(_database_url)] = ""
    celery_broker_url: Annotated[str, AfterValidator(_broker_url)] = ""
    redis_url: Annotated[str, AfterValidator(_redis_url)] = ""
    secret_key: Annotated[str, Field(min_length=SHORTEST_SECRET_KEY)] = DEVELOPMENT_SECRET_KEY
    secret_key_fallbacks: Annotated[str, AfterValidator(_secret_keys)] = ""
    public_base_url: OptionalHttpUrl = ""
    portal_base_url: OptionalHttpUrl = ""

    plivo_auth_id: Annotated[str, Field(pattern=r"^(MA|SA)[A-Z0-9]{18}$")] = DEVELOPMENT_AUTH_ID
    plivo_auth_token: Annotated[str, Field(min_length=16)] = DEVELOPMENT_AUTH_TOKEN
    plivo_api_url: OptionalHttpUrl | None = None
    plivo_voice: Annotated[str, Field(pattern=r"^(Polly\.(Mizuki|Takumi))?$")] = ""

    sms_per_second: Annotated[float, Field(gt=0)] = 5
    api_requests_per_5_s: Annotated[int, Field(ge=5)] = 300
    message_expires_after_s: Annotated[int, Field(ge=60)] = 3600

    short_url_base: HttpUrl = "https://qms.jp"
    short_url_expires_after_days: Annotated[int, Field(ge=1, le=3650)] = 180
    months_kept: Annotated[int, Field(ge=LEAST_MONTHS_KEPT, le=120)] = 24
    sms_per_recipient_per_day: Annotated[int, Field(ge=1)] = 5
    sms_per_caller_per_day: Annotated[int, Field(ge=1)] = 10
    support_url: HttpUrl = "https://support.todoku.example"
    mail_url: Annotated[str, AfterValidator(_mail_url)] = ""
    mail_from: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] = "no-reply@todoku.example"
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    service_name: Annotated[str, Field(min_length=1, max_length=40)] = "Todoku"

    @model_validator(mode="before")
    @classmethod
    def fill_in_what_follows(cls, given: Any) -> Any:
        """Defaults that depend on other settings: addresses on the ports, files in the state
        directory."""
        if not isinstance(given, Mapping):
            return given
        filled = {
            key: value for key, value in given.items() if value != "" or key == "plivo_api_url"
        }
        state_dir = Path(filled.get("state_dir", ROOT / "var")).absolute()
        if len(str(state_dir)) > LONGEST_STATE_DIR:
            raise ValueError(
                f"STATE_DIR is longer than {LONGEST_STATE_DIR} characters: no socket fits below it"
            )
        filled["state_dir"] = state_dir
        filled.setdefault("database_url", f"sqlite:///{state_dir / 'todoku.sqlite3'}")
        filled.setdefault(
            "celery_broker_url", f"redis+socket://{state_dir / 'broker' / 'redis.sock'}"
        )
        filled.setdefault(
            "public_base_url", f"http://127.0.0.1:{filled.get('webhooks_port', 8081)}"
        )
        filled.setdefault("portal_base_url", f"http://127.0.0.1:{filled.get('portal_port', 8080)}")
        return filled

    @model_validator(mode="after")
    def keep_short_urls_that_lead_somewhere(self) -> Settings:
        if self.short_url_expires_after_days > self.months_kept * SHORTEST_MONTH_DAYS:
            raise ValueError(
                "SHORT_URL_EXPIRES_AFTER_DAYS is longer than MONTHS_KEPT: links that still lead"
                " somewhere would be deleted"
            )
        return self

    @model_validator(mode="after")
    def refuse_development_secrets_in_public(self) -> Settings:
        if is_loopback(self.public_base_url):
            return self
        for name, development in (
            ("SECRET_KEY", DEVELOPMENT_SECRET_KEY),
            ("PLIVO_AUTH_ID", DEVELOPMENT_AUTH_ID),
            ("PLIVO_AUTH_TOKEN", DEVELOPMENT_AUTH_TOKEN),
        ):
            if getattr(self, name.lower()) == development:
                raise ValueError(
                    f"{name} is the development value, and PUBLIC_BASE_URL is not this machine: "
                    "set your own"
                )
        if DEVELOPMENT_SECRET_KEY in self.former_secret_keys:
            raise ValueError(
                "SECRET_KEY_FALLBACKS holds the development value, and PUBLIC_BASE_URL is not this "
                "machine: leave it out"
            )
        return self

    @cached_property
    def former_secret_keys(self) -> tuple[str, ...]:
        """What SECRET_KEY was before: it still opens what it closed."""
        keys = self.secret_key_fallbacks
        return tuple(keys.split(",")) if keys else ()

    @cached_property
    def is_local(self) -> bool:
        """A run on one machine: the simulator stands in for Plivo and demo data may be seeded."""
        return is_loopback(self.public_base_url)

    @cached_property
    def simulates_plivo(self) -> bool:
        """Whether our simulator stands in for Plivo: on one machine, unless PLIVO_API_URL says
        otherwise."""
        return self.is_local and self.plivo_api_url is None

    @cached_property
    def plivo_api(self) -> str:
        """Where the Plivo SDK sends its requests; empty means the real Plivo."""
        if self.simulates_plivo:
            return f"http://127.0.0.1:{self.simulator_port}"
        return self.plivo_api_url or ""

    @cached_property
    def embedded_broker_socket(self) -> Path | None:
        """The unix socket of the broker that run.py has to start; None when the broker is somebody
        else's."""
        prefix = "redis+socket://"
        own = self.state_dir / "broker" / "redis.sock"
        return own if self.celery_broker_url == f"{prefix}{own}" else None


def load() -> Settings:
    """The settings of this process.

    Raises SettingsRefused (a SystemExit, so the program ends with the message) naming each wrong
    setting.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsRefused(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    lines = ["Todoku does not start, because of its settings:"]
    for problem in error.errors(include_url=False, include_input=False):
        name = str(problem["loc"][0]).upper() if problem["loc"] else ""
        reason = problem["msg"].removeprefix("Value error, ")
        lines.append(f"  {name}: {reason}" if name else f"  {reason}")
    return "\n".join(lines)
