"""「着信用電話番号」: the account's numbers and what each of them does."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.domain import phone_numbers
from app.domain.refusals import Refusal
from app.domain.roles import Right
from app.models import incoming_number
from app.models.incoming_number import IncomingNumber
from app.models.number_list import SORT_COLUMNS, count_numbers, page_of_numbers
from app.portal.publication_words import short_moment
from app.portal.refusal_words import words_for
from app.portal.safe_paths import safe_path
from app.portal.template_helpers import may
from app.portal.view_bases import ROW_ID, AccountView, Sort, needs, page_from_request
from app.services.flows import delete_flow, register_flow
from app.services.number_labels import MAX_CHARACTERS, set_label

PAGE_SIZE = 50


class IncomingNumberView(AccountView):
    route_base = "/numbers"

    @expose("/")
    @needs(Right.EDIT_FLOWS)
    def list(self) -> str:
        search = request.args.get("q", "").strip()
        sort = Sort.from_request(tuple(SORT_COLUMNS), Sort("number", descending=False))
        count = count_numbers(search)
        pages = max(1, -(-count // PAGE_SIZE))
        page = min(page_from_request(), pages)
        return self.render_template(
            "incoming_numbers.html",
            title=lazy_gettext("Incoming numbers"),
            rows=page_of_numbers(
                search,
                sort=sort.key,
                descending=sort.descending,
                offset=(page - 1) * PAGE_SIZE,
                limit=PAGE_SIZE,
            ),
            count=count,
            search=search,
            sort=sort,
            page=page,
            pages=pages,
            page_size=PAGE_SIZE,
            longest_label=MAX_CHARACTERS,
            short_moment=short_moment,
        )

    @expose(f"/<{ROW_ID}:number_id>/label", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def set_label(self, number_id: int) -> Response:
        number = _number_or_404(number_id)
        try:
            set_label(number_id, request.form.get("label", ""))
        except Refusal as refusal:
            flash(words_for(refusal), "danger")
        else:
            flash(
                _("The memo of %(number)s was saved.", number=phone_numbers.display(number.number)),
                "success",
            )
        return redirect(safe_path(request.form.get("back")) or url_for("IncomingNumberView.list"))

    @expose(f"/<{ROW_ID}:number_id>/flow", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def register_flow(self, number_id: int) -> Response:
        _number_or_404(number_id)
        try:
            register_flow(number_id)
        except Refusal as refusal:
            flash(words_for(refusal), "warning")
            return redirect(url_for("IncomingNumberView.list"))
        return redirect(url_for("FlowEditorView.edit", number_id=number_id))

    @expose(f"/<{ROW_ID}:number_id>/flow/delete", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def delete_flow(self, number_id: int) -> Response:
        number = _number_or_404(number_id)
        try:
            delete_flow(number_id, user_id=current_user.id, may_publish=may(Right.PUBLISH_FLOWS))
        except Refusal as refusal:
            if refusal.code == "published_flow_protected":
                abort(403)
            flash(words_for(refusal), "warning")
        else:
            flash(
                _(
                    "The flow of %(number)s was deleted.",
                    number=phone_numbers.display(number.number),
                ),
                "success",
            )
        return redirect(url_for("IncomingNumberView.list"))


def _number_or_404(number_id: int) -> IncomingNumber:
    """The number, if it belongs to the account in scope."""
    number = incoming_number.by_id(number_id)
    if number is None:
        abort(404)
    return number
