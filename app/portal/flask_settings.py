"""What Flask and its extensions are told, worked out from our settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.domain import sign_in_rules
from app.portal.rate_limits import limiter_config
from app.portal.roles import fab_roles
from config import ROOT, Settings, is_loopback

TRANSLATIONS: Path = ROOT / "translations"
LANGUAGES = {"ja": "日本語", "en": "English"}
DEFAULT_LANGUAGE = "ja"
MAX_FORM_BYTES = 1_000_000

CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def is_https(settings: Settings) -> bool:
    """Whether people reach the portal over HTTPS (behind a proxy only PORTAL_BASE_URL tells)."""
    return settings.portal_base_url.startswith("https://")


def flask_config(settings: Settings) -> dict[str, Any]:
    """Flask's configuration for the portal."""
    return {
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": list(settings.former_secret_keys),
        "MAX_CONTENT_LENGTH": MAX_FORM_BYTES,
        "WTF_CSRF_TIME_LIMIT": None,  # a token lives as long as its session
        "SESSION_IDLE_S": sign_in_rules.IDLE.total_seconds(),
        "SESSION_WARN_BEFORE_S": sign_in_rules.WARN_BEFORE.total_seconds(),
        "OPERATORS_NEED_SECOND_FACTOR": not settings.is_local,
        **limiter_config(settings.redis_url),
        "BABEL_DEFAULT_LOCALE": DEFAULT_LANGUAGE,
        "BABEL_DEFAULT_TIMEZONE": "Asia/Tokyo",
        "BABEL_TRANSLATION_DIRECTORIES": str(TRANSLATIONS),
        "LANGUAGES": {code: {"flag": code, "name": name} for code, name in LANGUAGES.items()},
        "APP_NAME": settings.service_name,
        "SHORT_URL_BASE": settings.short_url_base,
        "PLIVO_VOICE": settings.plivo_voice,
        "FAB_BASE_TEMPLATE": "base.html",
        "FAB_ROLES": fab_roles(),
        "FAB_UPDATE_PERMS": False,
        "FAB_CREATE_DB": False,
        "FAB_ADD_SECURITY_VIEWS": False,
        "FAB_ADD_OPENAPI_VIEWS": False,
        "FAB_ADD_MENU_API": False,
        **_session_cookie(settings),
    }


def _session_cookie(settings: Settings) -> dict[str, Any]:
    secure = not is_loopback(settings.portal_base_url)
    # Browsers keep one jar for all ports of a host: copies side by side need names of their own.
    local_name = f"portal_{urlsplit(settings.portal_base_url).port or 80}"
    return {
        "SESSION_COOKIE_NAME": "__Host-portal" if secure else local_name,
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
    }
