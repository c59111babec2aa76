"""The start page: leads on to the first screen that the visitor may use."""

from __future__ import annotations

from flask import redirect, url_for
from flask_appbuilder import BaseView, expose
from flask_login import current_user
from werkzeug.wrappers import Response


class HomeView(BaseView):
    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self) -> Response:
        return redirect(
            url_for("CompanyView.list" if current_user.is_operator else "IncomingNumberView.list")
        )
