"""「パスワード初期化」: for whoever forgot the password."""

from __future__ import annotations

from typing import TypeVar

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.domain.refusals import Refusal
from app.portal.client_address import client_address
from app.portal.forms.passwords import ResetForm, ResetRequestForm, rules_for
from app.portal.own_session import end_session
from app.services import password_resets

ResponseT = TypeVar("ResponseT", bound=Response)


class PasswordResetView(BaseView):
    route_base = "/password-reset"
    default_view = "request"

    @expose("/", methods=["GET", "POST"])
    def request(self) -> str | Response:
        form = ResetRequestForm()
        asked = form.validate_on_submit()
        if asked:
            password_resets.request_reset(form.mail_address.data)
        return self.render_template(
            "password_reset_request.html", title=_("Reset password"), form=form, asked=asked
        )

    @expose("/<token>", methods=["GET", "POST"])
    def reset(self, token: str) -> str | Response:
        user = password_resets.user_of(token)
        form = ResetForm()
        refused = None
        if user is not None and form.validate_on_submit():
            try:
                password_resets.reset_password(
                    token, form.code.data, form.new_password.data, address=client_address()
                )
            except Refusal as refusal:
                refused = refusal
                form.show(refusal)
            else:
                end_session()
                flash(gettext("Your password was set. Log in with it."), "success")
                return redirect(url_for("SignInView.login"))
        has_ended = user is None or (refused is not None and refused.code == "reset_ended")
        return self.render_template(
            "password_reset.html",
            title=_("Reset password"),
            form=form,
            has_ended=has_ended,
            rules=None if user is None else rules_for(user.mail_address, refused),
        )


def send_no_referrer(response: ResponseT) -> ResponseT:
    """From the page whose address holds the token."""
    if request.endpoint == "PasswordResetView.reset":
        response.headers["Referrer-Policy"] = "no-referrer"
    return response
