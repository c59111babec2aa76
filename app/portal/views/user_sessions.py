"""「ログイン中の端末」: one's own sessions, and ending them."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.domain.refusals import Refusal
from app.portal import session_life
from app.portal.forms.second_factor import PasswordForm
from app.portal.own_session import own_session
from app.portal.refusal_words import words_for
from app.portal.user_agents import browser_and_system
from app.portal.view_bases import ROW_ID
from app.services import user_sessions


class UserSessionView(BaseView):
    route_base = "/sessions"
    default_view = "list"

    @expose("/")
    def list(self) -> str:
        return self.render_template(
            "user_sessions.html",
            title=_("Where you are logged in"),
            rows=session_life.alive_of(current_user),
            own_id=own_session().id,
            form=PasswordForm(formdata=None),
            browser_and_system=browser_and_system,
        )

    @expose(f"/<{ROW_ID}:session_id>/end", methods=["POST"])
    def end(self, session_id: int) -> Response:
        if session_id not in {row.id for row in session_life.alive_of(current_user)}:
            abort(404)
        return _with_password(
            lambda password: user_sessions.end_one(current_user.id, session_id, password),
            gettext("The device was logged out."),
        )

    @expose("/end-others", methods=["POST"])
    def end_others(self) -> Response:
        return _with_password(
            lambda password: user_sessions.end_others(current_user.id, own_session().id, password),
            gettext("All other devices were logged out."),
        )


def _with_password(end: Callable[[str], None], done: str) -> Response:
    """Do it with the password typed, and say what came of it."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            end(form.password.data)
        except Refusal as refusal:
            flash(words_for(refusal), "danger")
        else:
            flash(done, "success")
    else:
        flash(form.password.errors[0], "danger")
    return redirect(url_for("UserSessionView.list"))
