"""The left menu, in its order. Who sees which entry is in `roles`."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import current_app, request
from flask_appbuilder import AppBuilder
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString


class Link(NamedTuple):
    """An entry: its name in `roles`, an endpoint or an address outside, its icon, its words."""

    name: str
    endpoint: str
    icon: str
    label: LazyString


LINKS = (
    Link("incoming_numbers", "IncomingNumberView.list", "phone", _("Incoming numbers")),
    Link("delivery_log", "DeliveryLogView.search", "log", _("Delivery log")),
    Link("call_counts", "CallCountsView.search", "chart", _("Call counts")),
    Link("company_users", "CompanyUserView.list", "users", _("Company users")),
    Link("companies", "CompanyView.list", "company", _("Companies")),
    Link("ip_ranges", "IpRangeView.list", "lock", _("IP address restrictions")),
    Link("accounts", "BackOfficeAccountView.list", "switch", _("Accounts")),
    Link("all_numbers", "BackOfficeNumberView.list", "phone", _("Incoming numbers")),
    Link("sender_numbers", "SenderNumberView.list", "publish", _("Sender numbers")),
    Link("operated_users", "BackOfficeUserView.list", "users", _("Users of all companies")),
    Link("company_admins", "CompanyAdminView.list", "person", _("Company admins")),
    Link("messages", "MessageView.list", "sms", _("SMS")),
    Link("dead_letters", "DeadLetterView.list", "warning", _("Dead letters")),
    Link("calls", "CallView.list", "log", _("Calls")),
    Link("operators", "OperatorView.list", "shield", _("Our staff")),
    Link("health", "HealthView.page", "device", _("System health")),
    Link("audit_trail", "BackOfficeAuditTrailView.search", "history", _("Audit trail")),
)


def add_menu(appbuilder: AppBuilder, support_url: str) -> None:
    """Register the entries with Flask-AppBuilder."""
    for link in (*LINKS, Link("support", support_url, "help", _("Support"))):
        appbuilder.add_link(link.name, href=link.endpoint, icon=link.icon, label=link.label)


def left_menu() -> list[dict[str, Any]]:
    """The entries for this visitor: url, label, icon, `current` (we are there) and `external`."""
    return [
        {
            **item,
            "external": item["url"].startswith("http"),
            "current": f"{request.path}/".startswith(f"{item['url'].rstrip('/')}/"),
        }
        for item in current_app.appbuilder.menu.get_data()  # type: ignore[attr-defined]
    ]
