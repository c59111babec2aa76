"""「読み方辞書」: how the account's names and words are read aloud."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from app.domain.reading_hints import MAX_PER_ACCOUNT
from app.domain.refusals import Refusal
from app.domain.roles import Right
from app.models import reading_hint
from app.models.reading_hint import ReadingHint
from app.portal.active_membership import active_membership
from app.portal.forms.reading_hints import ReadingHintForm
from app.portal.refusal_words import words_for
from app.portal.view_bases import ROW_ID, AccountView, needs
from app.services.reading_hints import add_hint, change_hint, delete_hint

Answer = str | Response | tuple[str, int]


class ReadingHintView(AccountView):
    route_base = "/numbers/reading-hints"

    @expose("/", methods=["GET"])
    @needs(Right.EDIT_FLOWS)
    def list(self) -> str:
        return self._list_page(ReadingHintForm())

    @expose("/", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def add(self) -> Answer:
        form = ReadingHintForm(request.form)
        membership = active_membership()
        assert membership is not None, "the session guard asks for it"
        if form.validate():
            try:
                add_hint(membership.account_id, form.written.data, form.reading.data)
            except Refusal as refusal:
                form.say(refusal)
            else:
                flash(_("“%(word)s” was added.", word=form.written.data.strip()), "success")
                return redirect(url_for("ReadingHintView.list"))
        return self._list_page(form), 422

    @expose(f"/<{ROW_ID}:hint_id>", methods=["GET", "POST"])
    @needs(Right.EDIT_FLOWS)
    def edit(self, hint_id: int) -> Answer:
        hint = _hint_or_404(hint_id)
        form = ReadingHintForm.showing(hint, request.form)
        if request.method == "POST" and form.validate():
            try:
                change_hint(hint_id, form.written.data, form.reading.data)
            except Refusal as refusal:
                form.say(refusal)
            else:
                flash(_("“%(word)s” was saved.", word=form.written.data.strip()), "success")
                return redirect(url_for("ReadingHintView.list"))
        page = self.render_template(
            "reading_hint.html", title=lazy_gettext("Edit the reading"), form=form
        )
        return (page, 422) if form.errors else page

    @expose(f"/<{ROW_ID}:hint_id>/delete", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def delete(self, hint_id: int) -> Response:
        hint = _hint_or_404(hint_id)
        word = hint.written
        try:
            delete_hint(hint_id)
        except Refusal as refusal:
            flash(words_for(refusal), "warning")
        else:
            flash(_("“%(word)s” was deleted.", word=word), "success")
        return redirect(url_for("ReadingHintView.list"))

    def _list_page(self, form: ReadingHintForm) -> str:
        return self.render_template(
            "reading_hints.html",
            title=lazy_gettext("Reading dictionary"),
            form=form,
            hints=reading_hint.hints_of_account(),
            most=MAX_PER_ACCOUNT,
        )


def _hint_or_404(hint_id: int) -> ReadingHint:
    hint = reading_hint.by_id(hint_id)
    if hint is None:
        abort(404)
    return hint
