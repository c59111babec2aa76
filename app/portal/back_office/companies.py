"""企業: every company, for our own staff."""

from __future__ import annotations

from typing import ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField

from app.models.company import Company
from app.portal.back_office.fields import text_field
from app.portal.editable_view import EditableBackOfficeView
from app.services.back_office_companies import create_company, delete_company, update_company


class CompanyForm(FlaskForm):
    name = text_field(_("Company name"), 200)
    requires_totp = BooleanField(
        _("Require a second factor"),
        description=_(
            "Every user of the company then logs in with a code of an authenticator app."
        ),
    )


class CompanyView(EditableBackOfficeView):
    route_base = "/back-office/companies"
    datamodel = SQLAInterface(Company)
    list_title = _("Companies")
    show_title = _("Company")
    add_title = _("Add a company")
    list_columns = ("name", "requires_totp", "created_at")
    show_columns = ("id", "name", "requires_totp", "accounts", "created_at")
    search_columns = ("name",)
    base_order = ("name", "asc")
    label_columns: ClassVar = {
        "id": _("ID"),
        "name": _("Company name"),
        "requires_totp": _("Second factor required"),
        "accounts": _("Accounts"),
        "created_at": _("Registered"),
    }
    formatters_columns: ClassVar = {
        "accounts": lambda accounts: "、".join(account.name for account in accounts)
    }
    form = CompanyForm
    create_service = create_company
    update_service = update_company
    delete_service = delete_company
    delete_warning = _(
        "A company that has accounts, IP addresses or a past in the audit trail is not deleted."
        " This can't be undone."
    )
