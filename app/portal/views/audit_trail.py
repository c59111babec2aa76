"""「監査ログ」: who did what, when, from where. A company's admin sees his company's part."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.domain.roles import Right
from app.models import audit_trail
from app.models.audit_trail import Trail
from app.models.log_pages import Page, Place
from app.portal import log_addresses
from app.portal.active_membership import ActiveMembership, active_membership
from app.portal.audit_labels import csv_header, reader_words
from app.portal.forms.audit_trail import AuditSearchForm
from app.portal.forms.day_range import shown_day
from app.portal.log_addresses import PAGE_SIZE, place_in, row_id
from app.portal.view_bases import AccountView, needs
from app.services.audit_export import csv_chunks


class AuditTrailView(AccountView):
    route_base = "/audit-trail"

    @expose("/")
    @needs(Right.MANAGE_USERS)
    def search(self) -> str:
        form = AuditSearchForm(request.args)
        page = page_of(_of_company(form)) if form.validate() else None
        return self.render_template(
            "audit_trail.html", **page_values("AuditTrailView", form, page, with_company=False)
        )

    @expose("/download.csv")
    @needs(Right.MANAGE_USERS)
    def download(self) -> BaseResponse:
        form = AuditSearchForm(request.args)
        if not form.validate():
            return back_to("AuditTrailView.search")
        return file_of(_of_company(form), form, _membership().company_name)


def _of_company(form: AuditSearchForm) -> Trail:
    return audit_trail.of_company(_membership().company_id, form.search())


def _membership() -> ActiveMembership:
    membership = active_membership()
    assert membership, "the guard lets nobody without one come here"
    return membership


def page_values(
    view: str, form: AuditSearchForm, page: Page | None, *, with_company: bool
) -> dict[str, Any]:
    """What the template shows; `view` is the view's name, `page` None while the form is refused."""
    values = {
        "title": _("Audit trail"),
        "form": form,
        "entries": page,
        "with_company": with_company,
        "words": reader_words(),
        "shown_day": shown_day,
        "search_url": url_for(f"{view}.search"),
        "download_url": url_for(f"{view}.download"),
    }
    if page is None:
        return values
    return values | log_addresses.links(
        f"{view}.search", form.query(), page, lambda row: Place(row.at, row.id)
    )


def back_to(endpoint: str) -> BaseResponse:
    """To the form, which says what is wrong with it."""
    return redirect(f"{url_for(endpoint)}?{urlencode(request.args)}")


def file_of(trail: Trail, form: AuditSearchForm, whose: str) -> Response:
    """The download, in the reader's language."""
    response = Response(csv_chunks(trail, csv_header(), reader_words()), mimetype="text/csv")
    days = f"{form.since.data:%Y%m%d}_{form.until.data:%Y%m%d}"
    response.headers["Content-Disposition"] = log_addresses.attachment(
        f"audit_trail_{days}.csv", f"監査ログ_{whose}_{days}.csv"
    )
    return response


def page_of(trail: Trail) -> Page:
    """The page that `older_than` or `newer_than` asks for; the newest where they make no sense."""
    if place := place_in("older_than", row_id):
        return trail.older_than(place, PAGE_SIZE)
    if place := place_in("newer_than", row_id):
        return trail.newer_than(place, PAGE_SIZE)
    return trail.newest(PAGE_SIZE)
