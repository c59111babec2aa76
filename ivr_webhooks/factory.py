"""The slim app that Plivo and the phones talk to: it must answer in milliseconds, always."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from app import health
from app.models import database
from app.providers.task_queue import TaskQueue
from app.services.calls import SmsOut
from ivr_webhooks import audio, calls, message_status, short_links

if TYPE_CHECKING:
    from config import Settings

MAX_BODY_BYTES = 64 * 1024


def create_app(settings: Settings) -> Flask:
    """The webhooks program: Plivo's callbacks, guidance audio, short-link redirects."""
    database.configure(settings.database_url)
    flask_app = Flask(__name__)
    flask_app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        PUBLIC_BASE_URL=settings.public_base_url,
        PLIVO_AUTH_TOKEN=settings.plivo_auth_token,
    )
    queue = TaskQueue(settings.celery_broker_url)
    flask_app.extensions["todoku_sms_out"] = SmsOut(settings.short_url_base, queue.send_message)
    for part in (calls.pages, message_status.pages, audio.pages, short_links.pages):
        flask_app.register_blueprint(part)
    flask_app.register_blueprint(health.blueprint({"database": health.database_answers}))
    flask_app.teardown_appcontext(lambda _error: database.session.remove())
    return flask_app
