"""「配信停止リスト」: the numbers to which the account sends no SMS."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.domain import phone_numbers
from app.domain.refusals import Refusal
from app.domain.roles import Right
from app.models import suppressed_number
from app.models.suppressed_number import Reason
from app.portal.active_membership import active_membership
from app.portal.forms.suppression import SuppressionForm
from app.portal.refusal_words import words_for
from app.portal.view_bases import ROW_ID, AccountView, needs, page_from_request
from app.services import suppression
from app.services.csv_upload import ImportRefused

PAGE_SIZE = 50
REASONS = {
    Reason.BY_HAND: lazy_gettext("Added here"),
    Reason.FILE: lazy_gettext("From a file"),
    Reason.STOP_REPLY: lazy_gettext("Replied STOP"),
}
Answer = str | BaseResponse | tuple[str, int]


class SuppressionView(AccountView):
    route_base = "/deliveries/suppressed"

    @expose("/", methods=["GET"])
    @needs(Right.SEE_DELIVERIES)
    def list(self) -> str:
        return self._list_page(SuppressionForm())

    @expose("/", methods=["POST"])
    @needs(Right.SEE_DELIVERIES)
    def add(self) -> Answer:
        form = SuppressionForm(request.form)
        if form.validate():
            try:
                number = suppression.suppress_number(_account_id(), form.number.data)
            except Refusal as refusal:
                form.number.errors = [words_for(refusal)]
            else:
                shown = phone_numbers.display(number)
                flash(_("No SMS is sent to %(number)s any more.", number=shown), "success")
                return redirect(url_for("SuppressionView.list"))
        return self._list_page(form), 422

    @expose(f"/<{ROW_ID}:entry_id>/remove", methods=["POST"])
    @needs(Right.SEE_DELIVERIES)
    def remove(self, entry_id: int) -> BaseResponse:
        try:
            number = suppression.take_off_the_list(entry_id)
        except Refusal:
            abort(404)
        shown = phone_numbers.display(number)
        flash(_("SMS are sent to %(number)s again.", number=shown), "success")
        return redirect(url_for("SuppressionView.list"))

    @expose("/import", methods=["GET", "POST"])
    @needs(Right.SEE_DELIVERIES)
    def upload(self) -> Answer:
        problems = []
        error = ""
        if request.method == "POST":
            file = request.files.get("file")
            try:
                if file is None or not file.filename:
                    raise Refusal("file_missing")
                count = suppression.import_numbers(_account_id(), file.read())
            except Refusal as refusal:
                error = words_for(refusal)
            except ImportRefused as refused:
                problems = [(wrong.line, words_for(wrong.refusal)) for wrong in refused.problems]
            else:
                flash(_added(count), "success")
                return redirect(url_for("SuppressionView.list"))
        return self.render_template(
            "suppression_import.html",
            title=lazy_gettext("Add numbers from a file"),
            problems=problems,
            error=error,
            columns=suppression.COLUMNS,
            most=suppression.MAX_ROWS,
        )

    @expose("/template.csv")
    @needs(Right.SEE_DELIVERIES)
    def template(self) -> Response:
        response = Response(suppression.template(), mimetype="text/csv")
        response.headers["Content-Disposition"] = 'attachment; filename="suppressed.csv"'
        return response

    def _list_page(self, form: SuppressionForm) -> str:
        search = request.args.get("q", "").strip()
        count = suppressed_number.count(search)
        pages = max(1, -(-count // PAGE_SIZE))
        page = min(page_from_request(), pages)
        return self.render_template(
            "suppression.html",
            title=lazy_gettext("Suppression list"),
            form=form,
            rows=suppressed_number.page(search, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE),
            reasons=REASONS,
            count=count,
            search=search,
            page=page,
            pages=pages,
            page_size=PAGE_SIZE,
        )


def _account_id() -> int:
    membership = active_membership()
    assert membership is not None, "the session guard asks for it"
    return membership.account_id


def _added(count: int) -> str:
    return ngettext(
        "%(num)d number was added; what was on the list already stays.",
        "%(num)d numbers were added; what was on the list already stays.",
        count,
    )
