"""How often somebody may try to get in, before any password or code of his is looked at, and how
often he may have texts read aloud and upload files.

Per client address against guessing at many users, per mail address against guessing at one from
many addresses. What is typed counts, existing or not, so a limit gives nothing away. These limits
are against floods; the lock of a user after wrong passwords is kept in the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from flask import Flask, Response, current_app, request, session
from flask_limiter import Limiter

from app.portal.client_address import client_network

PER_CLIENT = "20 per minute;100 per hour"
PER_MAIL_ADDRESS = "10 per 15 minutes"
PER_USER = "10 per 15 minutes"
UPLOADS_PER_USER = "20 per minute;100 per hour"  # each is up to 50 MB, and may be converted
SPEECH_PER_USER = "60 per minute;600 per hour"  # a text is rendered in up to half a second


def limiter_config(redis_url: str) -> dict[str, Any]:
    """Flask-Limiter's configuration: counted in Redis where there is one, else in each process.

    While Redis is away, each process counts for itself.
    """
    storage = redis_url.replace("unix://", "redis+unix://", 1) if redis_url else "memory://"
    return {
        "RATELIMIT_ENABLED": True,
        "RATELIMIT_STORAGE_URI": storage,
        "RATELIMIT_STRATEGY": "moving-window",
        "RATELIMIT_KEY_PREFIX": "portal",
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "LIMIT_PER_CLIENT": PER_CLIENT,
        "LIMIT_PER_MAIL_ADDRESS": PER_MAIL_ADDRESS,
        "LIMIT_PER_USER": PER_USER,
        "LIMIT_UPLOADS_PER_USER": UPLOADS_PER_USER,
        "LIMIT_SPEECH_PER_USER": SPEECH_PER_USER,
    }


class Limited(NamedTuple):
    """A limit: its name in app.config, what it counts by, and which answers count."""

    limit: str
    key: Callable[[], str]
    counts: Callable[[Response], bool] | None = None  # None: each try


def _mail_address() -> str:
    typed = request.form.get("mail_address", "").strip().lower()
    return hashlib.sha256(typed.encode()).hexdigest()


def _user() -> str:
    return f"user {session.get('_user_id')}"


def _failed(response: Response) -> bool:
    """A right password leads on. A whole office behind one address signs in at nine o'clock."""
    return response.status_code != 302


LIMITS: Mapping[str, tuple[Limited, ...]] = {
    "SignInView.login": (
        Limited("LIMIT_PER_CLIENT", client_network, _failed),
        Limited("LIMIT_PER_MAIL_ADDRESS", _mail_address, _failed),
    ),
    "PasswordResetView.request": (
        Limited("LIMIT_PER_CLIENT", client_network),
        Limited("LIMIT_PER_MAIL_ADDRESS", _mail_address),
    ),
    "PasswordResetView.reset": (Limited("LIMIT_PER_CLIENT", client_network, _failed),),
    "SecondFactorView.verify": (
        Limited("LIMIT_PER_CLIENT", client_network, _failed),
        Limited("LIMIT_PER_USER", _user, _failed),
    ),
    "AudioFileView.upload": (Limited("LIMIT_UPLOADS_PER_USER", _user),),
    "GuidanceSpeechView.render": (Limited("LIMIT_SPEECH_PER_USER", _user),),
}


def _setting(name: str) -> str:
    return str(current_app.config[name])


def _off() -> bool:
    return not current_app.config["RATELIMIT_ENABLED"]


def create_limiter(app: Flask) -> Limiter:
    """The one Flask-Limiter of the portal."""
    limiter = Limiter(client_network)
    limiter.init_app(app)
    return limiter


def retry_at() -> datetime:
    """When the limit that refused this request lets one try through again."""
    limit = current_app.extensions["appbuilder"].sm.limiter.current_limit
    return datetime.fromtimestamp(limit.reset_at, UTC)


def install(app: Flask, limiter: Limiter) -> None:
    """Limit the forms of LIMITS. Call it when all views are added."""
    for endpoint in LIMITS.keys() & app.view_functions.keys():
        for limit in LIMITS[endpoint]:
            decorate = limiter.limit(
                partial(_setting, limit.limit),
                key_func=limit.key,
                methods=["POST"],
                exempt_when=_off,
                deduct_when=limit.counts,
            )
            view: Callable[..., Any] = app.view_functions[endpoint]
            app.view_functions[endpoint] = decorate(view)
