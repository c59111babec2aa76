"""Settings: what follows from what, and what a program refuses to start with."""

from __future__ import annotations

from pathlib import Path

import pytest

import config
from config import Settings, SettingsRefused, is_loopback

OURS = [name.upper() for name in Settings.model_fields]
PRODUCTION = {
    "PUBLIC_BASE_URL": "https://ivr.example.jp/",
    "PORTAL_BASE_URL": "https://portal.example.jp",
    "SECRET_KEY": "a-secret-of-their-own",
    "PLIVO_AUTH_ID": "MAXXXXXXXXXXXXXXXXXX",
    "PLIVO_AUTH_TOKEN": "a-token-of-their-own",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def load(environment: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        environment.setenv(name, value)
    return config.load()


def refusal(environment: pytest.MonkeyPatch, **values: str) -> str:
    with pytest.raises(SettingsRefused) as refused:
        load(environment, **values)
    return str(refused.value)


def test_a_bare_machine_needs_none(environment: pytest.MonkeyPatch) -> None:
    settings = load(environment)
    assert settings.is_local
    assert settings.simulates_plivo
    assert settings.plivo_api == "http://127.0.0.1:8090"
    assert settings.public_base_url == "http://127.0.0.1:8081"
    assert settings.embedded_broker_socket == settings.state_dir / "broker" / "redis.sock"


def test_ports_and_state_move_together(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load(
        environment,
        WEBHOOKS_PORT="9001",
        PORTAL_PORT="9002",
        SIMULATOR_PORT="9003",
        STATE_DIR="/tmp/elsewhere",
    )
    assert settings.public_base_url == "http://127.0.0.1:9001"
    assert settings.portal_base_url == "http://127.0.0.1:9002"
    assert settings.plivo_api == "http://127.0.0.1:9003"
    assert settings.database_url == "sqlite:////tmp/elsewhere/todoku.sqlite3"
    assert settings.celery_broker_url == "redis+socket:///tmp/elsewhere/broker/redis.sock"


def test_production(environment: pytest.MonkeyPatch) -> None:
    settings = load(environment, **PRODUCTION, DATABASE_URL="postgresql://u:p%40ss@db/todoku")
    assert not settings.is_local
    assert not settings.simulates_plivo
    assert settings.plivo_api == ""
    assert settings.public_base_url == "https://ivr.example.jp"
    assert settings.database_url == "postgresql+psycopg://u:p%40ss@db/todoku"


def test_empty_means_unset_but_for_plivos_address(environment: pytest.MonkeyPatch) -> None:
    settings = load(environment, SECRET_KEY="", DATABASE_URL="", PLIVO_API_URL="")
    assert settings.secret_key == config.DEVELOPMENT_SECRET_KEY
    assert not settings.simulates_plivo
    assert settings.plivo_api == ""


def test_former_secret_keys(environment: pytest.MonkeyPatch) -> None:
    assert load(environment).former_secret_keys == ()
    settings = load(environment, SECRET_KEY_FALLBACKS="the-key-before-1,the-key-before-2")
    assert settings.former_secret_keys == ("the-key-before-1", "the-key-before-2")


def test_in_public_the_development_key_is_no_former_one(environment: pytest.MonkeyPatch) -> None:
    keys = f"the-key-before-1,{config.DEVELOPMENT_SECRET_KEY}"
    assert load(environment, SECRET_KEY_FALLBACKS=keys).is_local
    assert "SECRET_KEY_FALLBACKS" in refusal(environment, **PRODUCTION)


@pytest.mark.parametrize("name", ["SECRET_KEY", "PLIVO_AUTH_ID", "PLIVO_AUTH_TOKEN"])
def test_development_secrets_are_refused_in_public(
    environment: pytest.MonkeyPatch, name: str
) -> None:
    without = {key: value for key, value in PRODUCTION.items() if key != name}
    assert name in refusal(environment, **without)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://u@h/n"),
        ("DATABASE_URL", "nonsense"),
        ("CELERY_BROKER_URL", "sqs://x"),
        ("REDIS_URL", "http://x"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY_FALLBACKS", "the-key-before-1,short"),
        ("SECRET_KEY_FALLBACKS", "the-key-before-1,"),
        ("PUBLIC_BASE_URL", "ivr.example.jp"),
        ("PUBLIC_BASE_URL", "https://ivr.example.jp/?a=b"),
        ("PUBLIC_BASE_URL", "https://届く.example"),
        ("PLIVO_AUTH_ID", "me"),
        ("PLIVO_API_URL", "ftp://x"),
        ("PLIVO_VOICE", "Polly.Joanna"),
        ("SHORT_URL_BASE", "qms.jp"),
        ("MAIL_URL", "http://mail"),
        ("MAIL_FROM", "nobody"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "many"),
        ("PORTAL_PORT", "0"),
        ("SERVICE_NAME", "x" * 41),
    ],
)
def test_a_senseless_setting_is_named(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    assert f"  {name}: " in refusal(environment, **{name: value})


def test_a_state_directory_too_deep_for_a_socket(environment: pytest.MonkeyPatch) -> None:
    assert "STATE_DIR" in refusal(environment, STATE_DIR="/tmp/" + "x" * 90)


def test_every_wrong_setting_is_listed_at_once(environment: pytest.MonkeyPatch) -> None:
    told = refusal(environment, PORTAL_PORT="x", MAIL_FROM="x")
    assert "PORTAL_PORT" in told
    assert "MAIL_FROM" in told


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8081", True),
        ("http://127.3.4.5", True),
        ("http://localhost", True),
        ("http://[::1]:80", True),
        ("http://10.0.0.1", False),
        ("http://localhost.example.jp", False),
        ("https://ivr.example.jp", False),
    ],
)
def test_loopback(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback


def test_links_that_lead_somewhere_are_not_deleted(environment: pytest.MonkeyPatch) -> None:
    assert load(environment, MONTHS_KEPT="7").months_kept == 7
    told = refusal(environment, MONTHS_KEPT="6")
    assert "SHORT_URL_EXPIRES_AFTER_DAYS is longer than MONTHS_KEPT" in told
    environment.setenv("SHORT_URL_EXPIRES_AFTER_DAYS", "30")
    assert "MONTHS_KEPT" in refusal(environment, MONTHS_KEPT="3")
