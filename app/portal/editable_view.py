"""Generated add, edit and delete pages: each hands a plain form to one service.

A screen declares a form and services (docs/adding-a-screen.md shows one). The names of the form's
fields are the service's arguments and the row's attributes. A service opens its own transaction; a
Refusal rolls it back, so nothing is half saved, and its sentence stands beside the field that
`details["field"]` names, or above the form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import Field

from app.domain.refusals import Refusal
from app.portal.refusal_words import words_for
from app.portal.view_bases import BackOfficeView
from app.services.back_office_writes import edit_unchanged, fingerprint

SERVICES = ("create_service", "update_service", "delete_service")


@dataclass(frozen=True)
class RowAction:
    """Something to do with one row besides editing it, after a page that asks.

    `warning` says what happens, `service` gets the row's id, `done` is said afterwards (with
    `%(row)s`). `fits` says for which rows it makes sense.
    """

    label: LazyString
    warning: LazyString
    service: Callable[[Any], object]
    done: LazyString
    icon: str
    fits: Callable[[Any], bool] = lambda _row: True
    is_dangerous: bool = False


class EditableBackOfficeView(BackOfficeView):
    """A generated screen that writes. A service that is not declared has no page."""

    form: ClassVar[type[FlaskForm]]
    edit_form: ClassVar[type[FlaskForm] | None] = None
    """Where editing asks for less than adding."""
    add_title = _("Add")
    edit_title = _("Edit")
    create_service: ClassVar[Callable[..., int] | None] = None
    update_service: ClassVar[Callable[..., object] | None] = None
    delete_service: ClassVar[Callable[[int], object] | None] = None
    delete_warning = _("This can't be undone.")
    row_actions: ClassVar[Mapping[str, RowAction]] = {}
    own_pages: ClassVar[frozenset[str]] = frozenset()
    """Methods with an `@expose` that are no other screen's."""
    form_template = "back_office/form.html"
    confirm_template = "back_office/confirm.html"

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Services are plain functions, not methods; only what is declared gets a route."""
        super().__init_subclass__(**arguments)
        for name in SERVICES:
            if isinstance(cls.__dict__.get(name), FunctionType):
                setattr(cls, name, staticmethod(cls.__dict__[name]))
        if cls.delete_service is not None and "delete" not in cls.row_actions:
            cls.row_actions = {**cls.row_actions, "delete": _deletion(cls)}
        pages = {"add": cls.create_service, "edit": cls.update_service, "act": cls.row_actions}
        cls.include_route_methods = (
            BackOfficeView.include_route_methods
            | cls.own_pages
            | {page for page, declared in pages.items() if declared}
        )

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> str | Response:
        assert self.create_service is not None, "else there is no route"
        form = self.form(data=request.args.to_dict())
        if form.validate_on_submit():
            try:
                row_id = self.create_service(**_values(form))
            except Refusal as refusal:
                _show_refusal(form, refusal)
            else:
                return self._added(str(row_id))
        return self._form_page(form, self.add_title, url_for(".list"))

    @expose("/<pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> str | Response:
        update = self.update_service
        assert update is not None, "else there is no route"
        row = self._row_or_404(pk)
        form = (self.edit_form or self.form)(obj=row)
        stored = {field.name: getattr(row, field.name) for field in _fields(form)}
        seen, is_stale = request.form.get("seen", fingerprint(stored)), False
        if form.validate_on_submit():
            values = _values(form)
            try:
                edit_unchanged(
                    self.datamodel.obj,
                    row.id,
                    seen,
                    tuple(stored),
                    lambda: update(row.id, **values),
                )
            except Refusal as refusal:
                _show_refusal(form, refusal)
                is_stale = refusal.code == "changed_meanwhile"
            else:
                return self._done(gettext("%(row)s was saved."), pk)
        meanwhile = [(field, _shown(field)) for field in _fields(form)] if is_stale else []
        return self._form_page(
            form,
            f"{self.row_name(row)} — {self.edit_title}",
            url_for(".show", pk=pk),
            seen=fingerprint(stored) if is_stale else seen,
            meanwhile=meanwhile,
        )

    @expose("/<pk>/<action>", methods=["GET", "POST"])
    @has_access
    def act(self, pk: str, action: str) -> str | Response:
        row = self._row_or_404(pk)
        chosen = self.row_actions.get(action)
        if chosen is None:
            abort(404)
        name = self.row_name(row)
        if request.method == "POST":
            try:
                chosen.service(row.id)
            except Refusal as refusal:
                flash(words_for(refusal), "danger")
                return redirect(url_for(".show", pk=pk))
            flash(str(chosen.done) % {"row": name}, "success")
            is_there = self._row_or_none(pk) is not None
            return redirect(url_for(".show", pk=pk) if is_there else url_for(".list"))
        return self.render_template(
            self.confirm_template, title=chosen.label, view=self, row=row, name=name, action=chosen
        )

    def actions_for(self, row: Any) -> Iterator[tuple[str, RowAction]]:
        """What can be done with this row now, by its name in the address."""
        return ((name, action) for name, action in self.row_actions.items() if action.fits(row))

    def _added(self, pk: str) -> Response:
        return self._done(gettext("%(row)s was added."), pk)

    def _done(self, words: str, pk: str) -> Response:
        flash(words % {"row": self.row_name(self._row_or_404(pk))}, "success")
        return redirect(url_for(".show", pk=pk))

    def _form_page(self, form: FlaskForm, title: Any, back: str, **more: Any) -> str:
        return self.render_template(
            self.form_template, title=title, view=self, form=form, back=back, **more
        )


def _deletion(view: type[EditableBackOfficeView]) -> RowAction:
    assert view.delete_service is not None
    return RowAction(
        label=_("Delete"),
        warning=view.delete_warning,
        service=view.delete_service,
        done=_("%(row)s was deleted."),
        icon="trash",
        is_dangerous=True,
    )


def _fields(form: FlaskForm) -> list[Field]:
    return [field for field in form if field.name != "csrf_token"]


def _values(form: FlaskForm) -> dict[str, Any]:
    return {field.name: field.data for field in _fields(form)}


def _shown(field: Field) -> str:
    """What is stored now in the field's row, as the form would show it."""
    stored = field.object_data
    words = dict(getattr(field, "choices", None) or ())
    if isinstance(stored, bool):
        return gettext("Yes") if stored else gettext("No")
    return str(words.get(stored, stored))


def _show_refusal(form: FlaskForm, refusal: Refusal) -> None:
    name = refusal.details.get("field")
    errors = form[name].errors if name in form else form.form_errors
    errors.append(words_for(refusal))
