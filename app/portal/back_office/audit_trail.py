"""「監査ログ」 of all companies, for our own staff."""

from __future__ import annotations

from flask import request
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from werkzeug.wrappers import Response

from app.models import audit_trail
from app.portal.forms.audit_trail import AllCompaniesSearchForm
from app.portal.roles import BACK_OFFICE
from app.portal.views.audit_trail import back_to, file_of, page_of, page_values
from app.services import audit

NAME = "BackOfficeAuditTrailView"


class BackOfficeAuditTrailView(BaseView):
    """Entries that concern no company, such as sign-ins of our own staff, are seen here only."""

    route_base = "/back-office/audit-trail"
    class_permission_name = BACK_OFFICE

    @expose("/")
    @has_access
    @permission_name("list")
    def search(self) -> str:
        form = AllCompaniesSearchForm(request.args)
        page = None
        if form.validate():
            audit.record("operator.view", self.route_base, after=_searched(form))
            page = page_of(audit_trail.of_all(form.search()))
        return self.render_template(
            "audit_trail.html", **page_values(NAME, form, page, with_company=True)
        )

    @expose("/download.csv")
    @has_access
    @permission_name("list")
    def download(self) -> Response:
        form = AllCompaniesSearchForm(request.args)
        if not form.validate():
            return back_to(f"{NAME}.search")
        audit.record("operator.view", f"{self.route_base}/download.csv", after=_searched(form))
        return file_of(audit_trail.of_all(form.search()), form, form.company.data or "")


def _searched(form: AllCompaniesSearchForm) -> dict[str, str]:
    """What a valid form asks for, for the entry about the search itself."""
    words = form.query()
    return {"days": f"{words.pop('since')} – {words.pop('until')}", **words}
