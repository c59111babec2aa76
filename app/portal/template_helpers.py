"""What every template may use besides its own values."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, request
from flask_babel import get_locale
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.domain import phone_numbers
from app.domain.delivery_columns import screen_time
from app.domain.guidance_texts import NO_FLOW_NOTICE
from app.domain.roles import Right, Role
from app.portal import session_life
from app.portal.active_membership import active_membership
from app.portal.flask_settings import DEFAULT_LANGUAGE, LANGUAGES
from app.portal.menu import left_menu
from app.portal.roles import ROLE_NAMES
from app.portal.session_steps import owed_step


def install(app: Flask, service_name: str) -> None:
    """Filters `phone`, `when`, `breakable`; functions `may`, `role_name`, `csrf_field`, …"""
    app.jinja_env.filters.update(phone=phone_numbers.display, when=screen_time, breakable=breakable)
    app.jinja_env.globals.update(
        active_membership=active_membership,
        csrf_field=csrf_field,
        left_menu=left_menu,
        may=may,
        Right=Right,
        role_name=role_name,
        service_name=service_name,
        owed_step=owed_step,
        session_life=session_life,
        no_flow_notice=NO_FLOW_NOTICE,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(_of_request)


def may(right: Right) -> bool:
    """Whether the visitor's role in the chosen account has this right."""
    membership = active_membership()
    return membership is not None and membership.may(right)


def breakable(text: str) -> Markup:
    """A mail address breaks before its @ where it finds no room, a file name before its _."""
    return Markup("<wbr>").join(re.split("(?=[@_])", text))


def role_name(role: Role) -> str:
    return str(ROLE_NAMES[role])


def csrf_field() -> Markup:
    """The hidden field that every POST form carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def _of_request() -> dict[str, Any]:
    language = str(get_locale() or DEFAULT_LANGUAGE)
    return {
        "user": current_user,
        "locale": language,
        "other_languages": [(code, name) for code, name in LANGUAGES.items() if code != language],
        "back_path": request.full_path if request.method == "GET" else "",
    }
