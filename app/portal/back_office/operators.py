"""運用者: our own staff, and what one of them does for another."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from flask_login import current_user

from app.models.user import User
from app.portal.editable_view import EditableBackOfficeView, RowAction
from app.portal.list_filters import Is
from app.services.back_office_operators import remove_second_factor


def is_colleague_with_second_factor(user: User) -> bool:
    return user.totp_secret is not None and user.id != current_user.id


class OperatorView(EditableBackOfficeView):
    route_base = "/back-office/operators"
    datamodel = SQLAInterface(User)
    base_filters: ClassVar = [["is_operator", Is, True]]
    list_title = _("Our staff")
    show_title = _("Operator")
    list_columns = ("name", "mail_address", "has_second_factor", "last_sign_in_at")
    show_columns = (
        *("id", "name", "mail_address", "has_second_factor", "locked_until"),
        *("password_set_at", "last_sign_in_at", "created_at"),
    )
    search_columns = ("name", "mail_address")
    order_columns = ("name", "mail_address", "last_sign_in_at")
    base_order = ("name", "asc")
    label_columns: ClassVar = {
        "id": _("ID"),
        "name": _("User name"),
        "mail_address": _("Mail address"),
        "has_second_factor": _("Second factor"),
        "locked_until": _("Locked until"),
        "password_set_at": _("Password set"),
        "last_sign_in_at": _("Last login"),
        "created_at": _("Registered"),
    }
    row_actions: ClassVar = {
        "remove-second-factor": RowAction(
            label=_("Remove the second factor"),
            warning=_(
                "Only for a colleague who lost device and recovery codes, and whom you have spoken"
                " to: he is logged out everywhere, and the password alone is then enough to log in,"
                " until he has set up a new second factor."
            ),
            service=remove_second_factor,
            done=_("%(row)s logs in without a second factor."),
            icon="lock",
            fits=is_colleague_with_second_factor,
            is_dangerous=True,
        ),
    }

    def cell(self, row: Any, column: str) -> str:
        if column != "has_second_factor":
            return super().cell(row, column)
        return str(_("On") if row.totp_secret is not None else _("Off"))

    def row_name(self, row: Any) -> str:
        return f"{row.name} ({row.mail_address})"
