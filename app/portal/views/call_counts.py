"""着信件数: how many calls reached each number, how they ended, and what came of them."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from flask import Response, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.domain.call_outcomes import CallOutcome
from app.domain.roles import Right
from app.models import call_counts, incoming_number
from app.models.call_counts import FoundCalls
from app.portal import log_addresses
from app.portal.active_membership import active_membership
from app.portal.call_count_labels import OUTCOMES, STEPS
from app.portal.call_count_page import counts_page
from app.portal.forms.call_counts import CallCountsForm
from app.portal.forms.day_range import shown_day
from app.portal.view_bases import AccountView, needs
from app.services import call_counts_export


class CallCountsView(AccountView):
    route_base = "/calls"

    @expose("/")
    @needs(Right.SEE_DELIVERIES)
    def search(self) -> str:
        form = _form()
        return self.render_template(
            "call_counts.html",
            title=_("Call counts"),
            form=form,
            page=counts_page(form, _found(form)) if form.validate() else None,
            shown_day=shown_day,
            outcomes=OUTCOMES,
            steps=STEPS,
        )

    @expose("/download.csv")
    @needs(Right.SEE_DELIVERIES)
    def download(self) -> BaseResponse:
        form = _form()
        if not form.validate():
            return _back()
        chunks = call_counts_export.by_number(_header(), form.chosen, _found(form))
        return _file(chunks, form, "call_counts", "着信件数")

    @expose("/download-days.csv")
    @needs(Right.SEE_DELIVERIES)
    def download_days(self) -> BaseResponse:
        form = _form()
        if not form.validate():
            return _back()
        header = [_("Day of the call"), *_header()]
        chunks = call_counts_export.by_day(header, form.days, form.chosen, _found(form))
        return _file(chunks, form, "call_counts_by_day", "着信件数_日別")


def _form() -> CallCountsForm:
    return CallCountsForm(incoming_number.of_account(), request.args)


def _found(form: CallCountsForm) -> FoundCalls:
    days = form.days
    return call_counts.find(days[0], days[-1], form.number_id)


def _back() -> BaseResponse:
    """To the form, which says what is wrong with it."""
    return redirect(f"{url_for('CallCountsView.search')}?{urlencode(request.args)}")


def _header() -> list[str]:
    return [
        _("Incoming number"),
        _("Memo"),
        _("Number of calls"),
        *(str(OUTCOMES[outcome]) for outcome in CallOutcome),
        *(str(STEPS[step]) for step in ("messages", "delivered", "opened")),
    ]


def _file(chunks: object, form: CallCountsForm, ascii_name: str, full_name: str) -> Response:
    membership = active_membership()
    assert membership, "the guard lets nobody without one come here"
    days = f"{_written(form.days[0])}_{_written(form.days[-1])}"
    response = Response(chunks, mimetype="text/csv")  # type: ignore[arg-type]
    response.headers["Content-Disposition"] = log_addresses.attachment(
        f"{ascii_name}_{days}.csv", f"{full_name}_{membership.account_name}_{days}.csv"
    )
    return response


def _written(day: date) -> str:
    return f"{day:%Y%m%d}"
