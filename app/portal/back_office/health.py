"""「稼働状況」: whether every part of the product does its work, for our own staff."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext

from app.domain.delivery_cells import csv_time
from app.domain.health import STATE, State, worst
from app.portal.health_parts import parts_of, workers_of
from app.portal.health_words import STATES
from app.portal.roles import BACK_OFFICE
from app.services import audit
from app.services.health_report import health_report


class HealthView(BaseView):
    """The page, and its parts alone, which the page asks for again and again."""

    route_base = "/back-office/health"
    class_permission_name = BACK_OFFICE

    @expose("/")
    @has_access
    @permission_name("list")
    def page(self) -> str:
        audit.record("operator.view", self.route_base)
        return self.render_template(
            "back_office/health.html", title=gettext("System health"), **_values()
        )

    @expose("/parts")
    @has_access
    @permission_name("list")
    def parts(self) -> str:
        return self.render_template("back_office/health_parts.html", **_values())


def _values() -> dict[str, Any]:
    report = health_report(current_app.extensions["todoku_health"])
    findings = report.findings()
    not_good = sum(STATE[finding] is not State.GOOD for finding in findings)
    return {
        "at": csv_time(report.at),
        "parts": parts_of(report),
        "workers": workers_of(report),
        "not_good": not_good,
        "overall": STATES[worst(findings)],
    }
