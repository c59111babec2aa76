"""送信元表示番号: which account may show each number as sender, for our own staff."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm

from app.domain import phone_numbers
from app.models.sender_number import SenderNumber
from app.portal.back_office.fields import account_field, text_field
from app.portal.editable_view import EditableBackOfficeView
from app.portal.list_filters import OfAccount, PartOfDigits
from app.services.back_office_sender_numbers import create_sender_number, delete_sender_number


class SenderNumberForm(FlaskForm):
    digits = text_field(_("Sender number"), 30, hint=_("10 or 11 digits, such as 03-1234-5678."))
    account_id = account_field()


def _grouped(digits: str) -> str:
    return phone_numbers.display(phone_numbers.from_national_digits(digits))


class SenderNumberView(EditableBackOfficeView):
    route_base = "/back-office/sender-numbers"
    datamodel = SQLAInterface(SenderNumber)
    list_title = _("Sender numbers")
    show_title = _("Sender number")
    add_title = _("Issue a sender number")
    list_columns = ("digits", "account.name", "account.company.name")
    show_columns = ("digits", "account.name", "account.company.name")
    search_columns = ("digits", "account")
    search_filters: ClassVar = {"digits": PartOfDigits, "account": OfAccount}
    order_columns = ("digits",)
    base_order = ("digits", "asc")
    label_columns: ClassVar = {
        "digits": _("Sender number"),
        "account": _("Company or account"),
        "account.name": _("Account"),
        "account.company.name": _("Company"),
    }
    formatters_columns: ClassVar = {"digits": _grouped}
    form = SenderNumberForm
    create_service = create_sender_number
    delete_service = delete_sender_number
    delete_warning = _(
        "The account can't choose it for its SMS any more. A sender number that a flow uses is not"
        " deleted."
    )

    def row_name(self, row: Any) -> str:
        return _grouped(row.digits)
