"""着信用電話番号: which account each number is issued to, for our own staff."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm

from app.domain import phone_numbers
from app.models.incoming_number import IncomingNumber
from app.portal.back_office.fields import account_field, text_field
from app.portal.editable_view import EditableBackOfficeView
from app.portal.list_filters import OfAccount, PartOfNumber
from app.services.back_office_numbers import create_number, delete_number, update_number
from app.services.number_labels import MAX_CHARACTERS


class NumberEditForm(FlaskForm):
    account_id = account_field()
    label = text_field(_("Memo"), MAX_CHARACTERS, is_required=False)


class NumberForm(FlaskForm):
    number = text_field(_("Phone number"), 30, hint=_("Such as 050-3000-0001."))
    account_id = account_field()
    label = text_field(_("Memo"), MAX_CHARACTERS, is_required=False)


class BackOfficeNumberView(EditableBackOfficeView):
    route_base = "/back-office/numbers"
    datamodel = SQLAInterface(IncomingNumber)
    list_title = _("Incoming numbers")
    show_title = _("Incoming number")
    add_title = _("Issue a number")
    list_columns = ("number", "label", "account.name", "account.company.name")
    show_columns = ("number", "label", "account.name", "account.company.name")
    search_columns = ("number", "account", "label")
    search_filters: ClassVar = {"number": PartOfNumber, "account": OfAccount}
    order_columns = ("number", "label")
    base_order = ("number", "asc")
    label_columns: ClassVar = {
        "number": _("Phone number"),
        "label": _("Memo"),
        "account": _("Company or account"),
        "account.name": _("Account"),
        "account.company.name": _("Company"),
    }
    formatters_columns: ClassVar = {"number": phone_numbers.display}
    form = NumberForm
    edit_form = NumberEditForm
    create_service = create_number
    update_service = update_number
    delete_service = delete_number
    delete_warning = _(
        "Callers then hear that the number is not in service. A number that has, or had, a flow or"
        " calls is not deleted. This can't be undone."
    )

    def row_name(self, row: Any) -> str:
        return phone_numbers.display(row.number)
