"""The slim app that Plivo and the phones talk to: it must answer in milliseconds, always."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import health
from app.models import database
from app.models.sms_quota import DailyLimits
from app.services.incoming_calls import SmsOut
from app.services.link_clicks import record_clicks
from config import Settings
from ivr_webhooks import audio, calls, message_status, short_links
from ivr_webhooks.click_buffer import ClickBuffer

MAX_BODY_BYTES = 64 * 1024
STATEMENT_TIMEOUT_S = 5
"""Plivo does not wait longer; a statement takes milliseconds unless the database is in trouble."""


def create_app(settings: Settings, enqueue: Callable[[uuid.UUID], None]) -> Flask:
    """Plivo's callbacks, guidance audio and short-link redirects.

    `enqueue` tells the worker of a waiting message; it must return at once and never raise.
    """
    database.configure(settings.database_url, statement_timeout_s=STATEMENT_TIMEOUT_S)
    flask_app = Flask(__name__)
    flask_app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        PUBLIC_BASE_URL=settings.public_base_url,
        PLIVO_AUTH_TOKEN=settings.plivo_auth_token,
        PLIVO_VOICE=settings.plivo_voice,
        SHORT_URL_EXPIRES_AFTER_DAYS=settings.short_url_expires_after_days,
    )
    if settings.trusted_proxies:
        flask_app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            flask_app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0
        )
    flask_app.extensions["todoku_sms_out"] = SmsOut(
        settings.short_url_base,
        enqueue,
        DailyLimits(settings.sms_per_recipient_per_day, settings.sms_per_caller_per_day),
    )
    flask_app.extensions["todoku_clicks"] = ClickBuffer(
        partial(record_clicks, secret_key=settings.secret_key)
    )
    for part in (calls.pages, message_status.pages, audio.pages, short_links.pages):
        flask_app.register_blueprint(part)
    flask_app.register_blueprint(health.blueprint({"database": health.database_answers}))
    flask_app.teardown_appcontext(lambda _error: database.session.remove())
    return flask_app
