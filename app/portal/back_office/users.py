"""企業ユーザー of every company, for our own staff."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm

from app import clock
from app.domain import user_rules
from app.models import membership as membership_table
from app.models.user import User
from app.portal.back_office.fields import account_field, text_field
from app.portal.editable_view import EditableBackOfficeView, RowAction
from app.portal.list_filters import Is
from app.portal.template_helpers import role_name
from app.services import back_office_users as services


class UserEditForm(FlaskForm):
    name = text_field(_("User name"), user_rules.LONGEST_NAME)


class CompanyAdminForm(FlaskForm):
    mail_address = text_field(_("Mail address"), user_rules.LONGEST_ADDRESS)
    name = text_field(_("User name"), user_rules.LONGEST_NAME)
    account_id = account_field()


def is_locked(user: User) -> bool:
    return user.locked_until is not None and user.locked_until > clock.now()


class BackOfficeUserView(EditableBackOfficeView):
    route_base = "/back-office/users"
    datamodel = SQLAInterface(User)
    base_filters: ClassVar = [["is_operator", Is, False]]
    list_title = _("Users of all companies")
    show_title = _("Company user")
    add_title = _("Add a company admin")
    list_columns = ("name", "mail_address", "is_active", "last_sign_in_at", "deleted_at")
    show_columns = (
        *("id", "name", "mail_address", "memberships", "is_active", "deleted_at", "locked_until"),
        *("password_set_at", "password_is_temporary", "last_sign_in_at", "created_at"),
    )
    search_columns = ("name", "mail_address")
    order_columns = ("name", "mail_address", "last_sign_in_at", "deleted_at")
    base_order = ("name", "asc")
    label_columns: ClassVar = {
        "id": _("ID"),
        "name": _("User name"),
        "mail_address": _("Mail address"),
        "memberships": _("Accounts and roles"),
        "is_active": _("Active"),
        "deleted_at": _("Deleted"),
        "locked_until": _("Locked until"),
        "password_set_at": _("Password set"),
        "password_is_temporary": _("Temporary password"),
        "last_sign_in_at": _("Last login"),
        "created_at": _("Registered"),
    }
    form = CompanyAdminForm
    edit_form = UserEditForm
    create_service = services.create_company_admin
    update_service = services.rename_user
    row_actions: ClassVar = {
        "unlock": RowAction(
            label=_("Unlock"),
            warning=_("The user may log in again at once."),
            service=services.unlock_user,
            done=_("%(row)s is unlocked."),
            icon="check",
            fits=is_locked,
        ),
        "reset-password": RowAction(
            label=_("Reset the password"),
            warning=_(
                "A mail with a link and an authentication code, valid for an hour, is sent to the"
                " user. The old password works until he has set a new one."
            ),
            service=services.reset_password,
            done=_("The mail to %(row)s is on its way."),
            icon="switch",
            fits=lambda user: user.is_active and user.deleted_at is None,
        ),
        "remove-second-factor": RowAction(
            label=_("Remove the second factor"),
            warning=_(
                "Only for a user who lost device and recovery codes, and is certainly who he says:"
                " the password alone is then enough to log in."
            ),
            service=services.remove_second_factor,
            done=_("%(row)s logs in without a second factor."),
            icon="lock",
            fits=lambda user: user.totp_secret is not None,
            is_dangerous=True,
        ),
        "suspend": RowAction(
            label=_("Suspend"),
            warning=_("The user is logged out at the next click and can't log in any more."),
            service=services.suspend_user,
            done=_("%(row)s is suspended."),
            icon="stop",
            fits=lambda user: user.is_active and user.deleted_at is None,
            is_dangerous=True,
        ),
        "resume": RowAction(
            label=_("Make active"),
            warning=_("The user may log in again."),
            service=services.resume_user,
            done=_("%(row)s is active again."),
            icon="play",
            fits=lambda user: not user.is_active and user.deleted_at is None,
        ),
        "restore": RowAction(
            label=_("Restore"),
            warning=_("The user may log in again, with the roles he had."),
            service=services.restore_user,
            done=_("%(row)s is restored."),
            icon="history",
            fits=lambda user: user.deleted_at is not None,
        ),
        "delete": RowAction(
            label=_("Delete"),
            warning=_(
                "The user is logged out at the next click and can't log in any more. The mail"
                " address can't be registered again until the user is restored here."
            ),
            service=services.delete_user,
            done=_("%(row)s was deleted."),
            icon="trash",
            fits=lambda user: user.deleted_at is None,
            is_dangerous=True,
        ),
    }

    def cell(self, row: Any, column: str) -> str:
        if column != "memberships":
            return super().cell(row, column)
        return "、".join(
            f"{held.account.company.name} {held.account.name} ({role_name(held.role)})"
            for held in membership_table.of_user(row.id)
        )

    def row_name(self, row: Any) -> str:
        return f"{row.name} ({row.mail_address})"
