"""企業: every company, for our own staff."""

from __future__ import annotations

from typing import ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _

from app.models.company import Company
from app.portal.view_bases import BackOfficeView


class CompanyView(BackOfficeView):
    route_base = "/back-office/companies"
    datamodel = SQLAInterface(Company)
    list_title = _("Companies")
    show_title = _("Company")
    list_columns = ("name", "created_at")
    show_columns = ("id", "name", "accounts", "created_at")
    search_columns = ("name",)
    base_order = ("name", "asc")
    label_columns: ClassVar = {
        "id": _("ID"),
        "name": _("Company name"),
        "accounts": _("Accounts"),
        "created_at": _("Registered"),
    }
    formatters_columns: ClassVar = {
        "accounts": lambda accounts: "、".join(account.name for account in accounts)
    }
