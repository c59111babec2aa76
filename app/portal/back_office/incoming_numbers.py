"""着信用電話番号: which account each number is issued to, and whether it reaches us from Plivo, for
our own staff."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from app.domain import phone_numbers
from app.domain.refusals import Refusal
from app.models.incoming_number import IncomingNumber
from app.portal.back_office.fields import account_field, text_field
from app.portal.editable_view import EditableBackOfficeView
from app.portal.list_filters import OfAccount, PartOfNumber
from app.portal.refusal_words import words_for
from app.portal.route_words import ROUTES
from app.services import number_routing
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
    show_template = "back_office/number.html"
    create_service = create_number
    update_service = update_number
    delete_service = delete_number
    delete_warning = _(
        "Callers then hear that the number is not in service. A number that has, or had, a flow or"
        " calls is not deleted. This can't be undone."
    )
    own_pages = frozenset({"plivo"})

    @expose("/<pk>/plivo", methods=["GET", "POST"])
    @has_access
    @permission_name("act")
    def plivo(self, pk: str) -> str | Response:
        """How the number stands at Plivo now; posted to, it is pointed at our webhooks."""
        row = self._row_or_404(pk)
        routing = current_app.extensions["todoku_routing"]
        application, trouble = None, ""
        try:
            if request.method == "POST":
                number_routing.assign_number(row.id, routing)
                words = gettext("Calls of %(number)s come to this service now.")
                flash(words % {"number": self.row_name(row)}, "success")
                return redirect(url_for(".plivo", pk=pk))
            application = number_routing.application_of(row.number, routing)
        except Refusal as refusal:
            trouble = words_for(refusal)
        return self.render_template(
            "back_office/number_plivo.html",
            title=gettext("At Plivo"),
            view=self,
            row=row,
            trouble=trouble,
            application=application,
            wanted=routing.webhooks,
            wanted_name=routing.application_name,
            route=ROUTES[routing.route_of(application)],
        )

    def _added(self, pk: str) -> Response:
        """A number does nothing before Plivo knows where to: so there it goes on."""
        flash(
            gettext("%(row)s was added.") % {"row": self.row_name(self._row_or_404(pk))}, "success"
        )
        return redirect(url_for(".plivo", pk=pk))

    def row_name(self, row: Any) -> str:
        return phone_numbers.display(row.number)
