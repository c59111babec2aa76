"""Registering many users from a CSV file."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import lazy_gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.domain.refusals import Refusal
from app.domain.roles import Right
from app.models import company_users
from app.portal.refusal_words import words_for
from app.portal.view_bases import AccountView, needs
from app.portal.views.company_users import manager
from app.services.csv_upload import ImportRefused, RowProblem
from app.services.user_import import COLUMNS, MAX_ROWS, import_users, template

ROLES_IN_FILES = ("上位管理者", "管理者", "一般利用者")  # the words of files, in any language


class UserImportView(AccountView):
    route_base = "/users/import"

    @expose("/", methods=["GET", "POST"])
    @needs(Right.MANAGE_USERS)
    def upload(self) -> str | BaseResponse:
        problems: list[tuple[int, str]] = []
        error = ""
        if request.method == "POST":
            file = request.files.get("file")
            try:
                if file is None or not file.filename:
                    raise Refusal("file_missing")
                count = import_users(manager(), file.read())
            except Refusal as refusal:
                error = words_for(refusal)
            except ImportRefused as refused:
                problems = [_said(problem) for problem in refused.problems]
            else:
                flash(
                    ngettext(
                        "%(num)d user was registered. The temporary password is sent by mail.",
                        "%(num)d users were registered. The temporary passwords are sent by mail.",
                        count,
                    ),
                    "success",
                )
                return redirect(url_for("CompanyUserView.list"))
        return self.render_template(
            "user_import.html",
            title=lazy_gettext("Register users from a file"),
            problems=problems,
            error=error,
            columns=COLUMNS,
            accounts=company_users.accounts_of(manager().company_id),
            role_words=ROLES_IN_FILES,
            most=MAX_ROWS,
        )

    @expose("/template.csv")
    @needs(Right.MANAGE_USERS)
    def template(self) -> BaseResponse:
        response = Response(template(), mimetype="text/csv")
        response.headers["Content-Disposition"] = 'attachment; filename="users.csv"'
        return response


def _said(problem: RowProblem) -> tuple[int, str]:
    return problem.line, words_for(problem.refusal)
