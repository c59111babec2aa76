"""アカウント: the accounts of every company, for our own staff."""

from __future__ import annotations

from typing import ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField

from app.models.account import Account
from app.portal.back_office.fields import company_field, text_field
from app.portal.editable_view import EditableBackOfficeView
from app.portal.list_filters import OfCompany
from app.services.back_office_accounts import create_account, delete_account, update_account


class AccountForm(FlaskForm):
    name = text_field(_("Account name"), 200)
    company_id = company_field()


class AccountEditForm(FlaskForm):
    name = text_field(_("Account name"), 200)
    may_members_delete_published = BooleanField(
        _("Members may delete published flows"),
        description=_("Otherwise that takes somebody who may publish: it stops the number."),
    )
    has_softbank_sender = BooleanField(
        _("Own sender number on SoftBank"),
        description=_(
            "The paid option with which SoftBank handsets show the account's sender number"
            " instead of a fixed one of 6 digits."
        ),
    )
    resends_automatically = BooleanField(
        _("Automatic resending"),
        description=_(
            "docomo only: an SMS that failed and might work if sent again (Retry) is sent again"
            " after 5, 30 and 60 minutes."
        ),
    )


class BackOfficeAccountView(EditableBackOfficeView):
    route_base = "/back-office/accounts"
    datamodel = SQLAInterface(Account)
    list_title = _("Accounts")
    show_title = _("Account")
    add_title = _("Add an account")
    list_columns = ("name", "company.name", "created_at")
    show_columns = (
        "id",
        "name",
        "company.name",
        "may_members_delete_published",
        "has_softbank_sender",
        "resends_automatically",
        "created_at",
    )
    search_columns = ("name", "company")
    search_filters: ClassVar = {"company": OfCompany}
    order_columns = ("name", "created_at")
    base_order = ("name", "asc")
    label_columns: ClassVar = {
        "id": _("ID"),
        "name": _("Account name"),
        "company": _("Company"),
        "company.name": _("Company"),
        "may_members_delete_published": _("Members may delete published flows"),
        "has_softbank_sender": _("Own sender number on SoftBank"),
        "resends_automatically": _("Automatic resending"),
        "created_at": _("Registered"),
    }
    form = AccountForm
    edit_form = AccountEditForm
    create_service = create_account
    update_service = update_account
    delete_service = delete_account
    delete_warning = _(
        "An account that has numbers, users, calls or a past in the audit trail is not deleted."
        " This can't be undone."
    )
