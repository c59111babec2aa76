"""日本語 / English: kept in the session."""

from __future__ import annotations

from flask import abort, redirect, request, session, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.portal.flask_settings import LANGUAGES
from app.portal.own_session import LANGUAGE_KEY
from app.portal.safe_paths import safe_path


class LanguageView(BaseView):
    route_base = ""

    @expose("/language", methods=["POST"])
    def switch(self) -> Response:
        language = request.form.get("language", "")
        if language not in LANGUAGES:
            abort(400)
        session[LANGUAGE_KEY] = language
        return redirect(safe_path(request.form.get("back")) or url_for("HomeView.index"))
