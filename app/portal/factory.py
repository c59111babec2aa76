"""The portal: a Flask-AppBuilder app over our own tables."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_appbuilder import AppBuilder
from flask_talisman import Talisman
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app import health
from app.domain.mail_texts import Sender
from app.models import database
from app.portal import (
    assets,
    errors,
    rate_limits,
    request_text,
    session_guard,
    template_helpers,
    upload_limit,
)
from app.portal.back_office.accounts import BackOfficeAccountView
from app.portal.back_office.audit_trail import BackOfficeAuditTrailView
from app.portal.back_office.calls import CallView
from app.portal.back_office.companies import CompanyView
from app.portal.back_office.company_admins import CompanyAdminView
from app.portal.back_office.dead_letters import DeadLetterView
from app.portal.back_office.health import HealthView
from app.portal.back_office.incoming_numbers import BackOfficeNumberView
from app.portal.back_office.ip_ranges import IpRangeView
from app.portal.back_office.messages import MessageView
from app.portal.back_office.operators import OperatorView
from app.portal.back_office.sender_numbers import SenderNumberView
from app.portal.back_office.users import BackOfficeUserView
from app.portal.flask_settings import CONTENT_SECURITY_POLICY, flask_config, is_https
from app.portal.menu import add_menu
from app.portal.security_manager import SecurityManager
from app.portal.views.account_selection import AccountSelectionView
from app.portal.views.audio_files import AudioFileView
from app.portal.views.audit_trail import AuditTrailView
from app.portal.views.call_counts import CallCountsView
from app.portal.views.company_users import CompanyUserView
from app.portal.views.delivery_download import DeliveryDownloadView
from app.portal.views.delivery_log import DeliveryLogView
from app.portal.views.delivery_proof import DeliveryProofView
from app.portal.views.flow_editor import FlowEditorView
from app.portal.views.flow_history import FlowHistoryView
from app.portal.views.guidance_speech import GuidanceSpeechView
from app.portal.views.home import HomeView
from app.portal.views.incoming_numbers import IncomingNumberView
from app.portal.views.language import LanguageView
from app.portal.views.password_change import PasswordChangeView
from app.portal.views.password_reset import PasswordResetView, send_no_referrer
from app.portal.views.publications import PublicationView
from app.portal.views.published_flow import PublishedFlowView
from app.portal.views.reading_hints import ReadingHintView
from app.portal.views.second_factor import SecondFactorView
from app.portal.views.session import SessionView
from app.portal.views.suppression import SuppressionView
from app.portal.views.trial_calls import TrialCallView
from app.portal.views.user_import import UserImportView
from app.portal.views.user_sessions import UserSessionView
from app.portal.views.version_audio import VersionAudioView
from app.providers.broker import queue_length
from app.providers.plivo.numbers import NumberClient
from app.providers.speech import SpeechEngine
from app.services import health_report, mails, second_factor
from app.services.number_routing import Routing

if TYPE_CHECKING:
    from config import Settings

VIEWS = (
    AccountSelectionView,
    AudioFileView,
    LanguageView,
    PasswordChangeView,
    PasswordResetView,
    SecondFactorView,
    SessionView,
    UserSessionView,
    IncomingNumberView,
    FlowEditorView,
    GuidanceSpeechView,
    VersionAudioView,
    ReadingHintView,
    PublishedFlowView,
    PublicationView,
    FlowHistoryView,
    TrialCallView,
    DeliveryLogView,
    DeliveryProofView,
    DeliveryDownloadView,
    SuppressionView,
    CallCountsView,
    CompanyUserView,
    UserImportView,
    AuditTrailView,
    BackOfficeAuditTrailView,
    CompanyView,
    IpRangeView,
    BackOfficeAccountView,
    BackOfficeNumberView,
    SenderNumberView,
    BackOfficeUserView,
    CompanyAdminView,
    MessageView,
    DeadLetterView,
    CallView,
    OperatorView,
    HealthView,
)


STATEMENT_TIMEOUT_S = 5
"""Nobody waits longer for a page: what takes so long is broken off, and the page says so."""
PERMISSIONS = {"camera": "()", "geolocation": "()", "microphone": "()"}


class PortalBuilder(AppBuilder):
    """Flask-AppBuilder without what we do not use: /back, /lang, static files, its own screens."""

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(HomeView)
        self.sm.register_views()

    def _add_global_static(self) -> None:
        """Our pages load nothing of FAB's."""


def create_app(
    settings: Settings,
    enqueue_mail: Callable[[int], None],
    convert_audio: Callable[[uuid.UUID], None] = lambda _id: None,
) -> Flask:
    """The portal program.

    `enqueue_mail` tells the worker of a waiting mail, `convert_audio` of a file to be converted,
    which the worker's sweep finds otherwise; they must return at once and never raise.
    """
    database.configure(settings.database_url, statement_timeout_s=STATEMENT_TIMEOUT_S)
    mails.configure(mail_sender(settings), enqueue_mail)
    second_factor.configure((settings.secret_key, *settings.former_secret_keys))
    flask_app = Flask("app.portal")
    flask_app.config.update(flask_config(settings))
    flask_app.extensions["todoku_speech"] = SpeechEngine(heard_by_callers=not settings.plivo_voice)
    flask_app.extensions["todoku_convert_audio"] = convert_audio
    _reach_broker_and_plivo(flask_app, settings)
    request_text.install(flask_app)
    _trust_proxies(flask_app, settings)
    flask_app.after_request(send_no_referrer)  # before Talisman's, so that it runs after it
    talisman = _send_security_headers(flask_app, settings)
    session_guard.install(flask_app)
    upload_limit.install(flask_app)
    # The page sends no referrer, which CSRFProtect wants on HTTPS; its form checks the token alone.
    CSRFProtect(flask_app).exempt(PasswordResetView.reset)
    _add_health_pages(flask_app, talisman)
    with flask_app.app_context():
        builder = PortalBuilder(flask_app, database.session, security_manager_class=SecurityManager)
        for view in VIEWS:
            builder.add_view_no_menu(view)
        add_menu(builder, settings.support_url)
    _open_microphone(flask_app, talisman)
    rate_limits.install(flask_app, builder.sm.limiter)
    assets.install(flask_app)
    template_helpers.install(flask_app, settings.service_name)
    errors.install(flask_app)
    flask_app.teardown_appcontext(lambda _error: database.session.remove())
    return flask_app


def _reach_broker_and_plivo(flask_app: Flask, settings: Settings) -> None:
    """For the back office alone."""
    plivo = (settings.plivo_auth_id, settings.plivo_auth_token, settings.plivo_api)
    flask_app.extensions["todoku_routing"] = Routing(NumberClient(*plivo), settings.public_base_url)
    within_s = health_report.ANSWER_WITHIN_S
    flask_app.extensions["todoku_health"] = health_report.Questions(
        ask_broker=partial(queue_length, settings.celery_broker_url, within_s),
        ask_plivo=NumberClient(*plivo, timeout_s=within_s).ping,
    )


def mail_sender(settings: Settings) -> Sender:
    """Who writes the mails to users."""
    return Sender(
        portal_base_url=settings.portal_base_url,
        service_name=settings.service_name,
        support_url=settings.support_url,
        mail_from=settings.mail_from,
    )


def _trust_proxies(flask_app: Flask, settings: Settings) -> None:
    count = settings.trusted_proxies
    if count:
        flask_app.wsgi_app = ProxyFix(flask_app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _send_security_headers(flask_app: Flask, settings: Settings) -> Talisman:
    https = is_https(settings)
    return Talisman(
        flask_app,
        force_https=https,
        strict_transport_security=https,
        frame_options="DENY",
        referrer_policy="same-origin",  # Flask-WTF compares it on HTTPS
        permissions_policy=PERMISSIONS,
        content_security_policy=CONTENT_SECURITY_POLICY,
        content_security_policy_nonce_in=["script-src"],
        session_cookie_secure=flask_app.config["SESSION_COOKIE_SECURE"],
        session_cookie_samesite=flask_app.config["SESSION_COOKIE_SAMESITE"],
    )


def _open_microphone(flask_app: Flask, talisman: Talisman) -> None:
    """Guidances are recorded in the editor, and nothing anywhere else."""
    recording = talisman(permissions_policy=PERMISSIONS | {"microphone": "(self)"})
    for page in ("FlowEditorView.edit", "FlowEditorView.save"):
        flask_app.view_functions[page] = recording(_as_function(flask_app.view_functions[page]))


def _as_function(view: Callable[..., Any]) -> Callable[..., Any]:
    """Talisman writes its options on the view, which a bound method does not let it."""

    @wraps(view)
    def call(*args: Any, **values: Any) -> Any:
        return view(*args, **values)

    return call


def _add_health_pages(flask_app: Flask, talisman: Talisman) -> None:
    """Plain HTTP for the watchers inside, who come past the proxy."""
    flask_app.register_blueprint(health.blueprint({"database": health.database_answers}))
    for page in ("health.healthz", "health.readyz", "health.metrics"):
        flask_app.view_functions[page] = talisman(force_https=False)(flask_app.view_functions[page])
