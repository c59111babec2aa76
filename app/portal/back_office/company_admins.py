"""企業管理者: who is the company admin of which account, for our own staff."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from sqlalchemy import or_
from sqlalchemy.orm import Query

from app.domain.roles import Role
from app.domain.user_rules import LONGEST_ADDRESS
from app.models.membership import Membership
from app.models.user import User
from app.portal.back_office.fields import account_field, text_field
from app.portal.editable_view import EditableBackOfficeView
from app.portal.list_filters import Is, OfAccount
from app.services.back_office_admins import make_company_admin, revoke_company_admin


class PromotionForm(FlaskForm):
    mail_address = text_field(
        _("Mail address"),
        LONGEST_ADDRESS,
        hint=_("Of a user who is registered already. New ones are added under company users."),
    )
    account_id = account_field()


class OfUser(BaseFilter):
    """The user's name or mail address contains the text."""

    def apply(self, query: Query[Any], value: str) -> Query[Any]:
        columns = (User.name, User.mail_address)
        return query.filter(
            Membership.user.has(or_(*(name.icontains(value, autoescape=True) for name in columns)))
        )


class CompanyAdminView(EditableBackOfficeView):
    route_base = "/back-office/company-admins"
    datamodel = SQLAInterface(Membership)
    base_filters: ClassVar = [["role", Is, Role.COMPANY_ADMIN]]
    list_title = _("Company admins")
    show_title = _("Company admin")
    add_title = _("Make a user company admin")
    list_columns = ("user.name", "user.mail_address", "account.name", "account.company.name")
    show_columns = ("user.name", "user.mail_address", "account.name", "account.company.name")
    search_columns = ("user", "account")
    search_filters: ClassVar = {"user": OfUser, "account": OfAccount}
    order_columns = ("id",)
    base_order = ("id", "desc")
    label_columns: ClassVar = {
        "user": _("User name or mail address"),
        "user.name": _("User name"),
        "user.mail_address": _("Mail address"),
        "account": _("Company or account"),
        "account.name": _("Account"),
        "account.company.name": _("Company"),
    }
    form = PromotionForm
    create_service = make_company_admin
    delete_service = revoke_company_admin
    delete_warning = _(
        "The user can't enter this account any more, from the next click on. Other accounts stay."
        " Nobody else looks after the users of an account without a company admin."
    )

    def row_name(self, row: Any) -> str:
        return f"{row.user.name} — {row.account.name}"
