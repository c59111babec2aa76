"""「二要素認証」: asked for at sign-in, set up, and switched off."""

from __future__ import annotations

import segno
from flask import current_app, flash, redirect, request, session, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.domain.refusals import Refusal
from app.models import recovery_code
from app.portal.client_address import client_address
from app.portal.forms.second_factor import CodeForm, EnrolForm, PasswordForm
from app.portal.own_session import end_session, renew_session
from app.portal.refusal_words import words_for
from app.portal.safe_paths import safe_path
from app.portal.session_steps import OPERATORS_NEED_SECOND_FACTOR, Step, owed_step
from app.services import second_factor

PENDING_KEY = "totp_pending"  # the secret that is being set up; the user sees it anyway


class SecondFactorView(BaseView):
    route_base = "/second-factor"
    default_view = "verify"

    @expose("/", methods=["GET", "POST"])
    def verify(self) -> str | Response:
        wanted = _wanted()
        if owed_step() is not Step.VERIFY_SECOND_FACTOR:
            return redirect(wanted)
        form = CodeForm()
        if form.validate_on_submit():
            try:
                second_factor.verify(current_user.id, form.code.data, address=client_address())
            except Refusal as refusal:
                if refusal.code == "locked":
                    end_session()
                    flash(words_for(refusal), "danger")
                    return redirect(url_for("SignInView.login"))
                form.form_errors.append(words_for(refusal))
            else:
                renew_session(second_factor_passed=True)
                return redirect(wanted)
        return self.render_template(
            "second_factor.html", title=_("Two-factor authentication"), form=form
        )

    @expose("/enrol", methods=["GET", "POST"])
    def enrol(self) -> str | Response:
        if current_user.totp_secret:
            return self._show_that_it_is_on(PasswordForm(formdata=None))
        secret = session.setdefault(PENDING_KEY, second_factor.new_secret())
        form = EnrolForm()
        if form.validate_on_submit():
            try:
                codes = second_factor.enrol(
                    current_user.id, form.password.data, secret, form.code.data
                )
            except Refusal as refusal:
                form.form_errors.append(words_for(refusal))
            else:
                _go_on_alone(second_factor_passed=True)
                return self.render_template(
                    "second_factor_codes.html",
                    title=_("Recovery codes"),
                    codes=codes,
                    wanted=_wanted(),
                )
        uri = second_factor.provisioning_uri(
            secret, current_user.mail_address, current_app.config["APP_NAME"]
        )
        return self.render_template(
            "second_factor_enrol.html",
            title=_("Two-factor authentication"),
            form=form,
            secret=secret,
            qr_code=segno.make(uri, micro=False).svg_data_uri(scale=5, border=4, light="white"),
            must_enrol=owed_step() is Step.ENROL_SECOND_FACTOR,
        )

    @expose("/off", methods=["POST"])
    def turn_off(self) -> str | Response:
        form = PasswordForm()
        if form.validate_on_submit():
            try:
                second_factor.turn_off(
                    current_user.id,
                    form.password.data,
                    operators_need_it=current_app.config[OPERATORS_NEED_SECOND_FACTOR],
                )
            except Refusal as refusal:
                form.form_errors.append(words_for(refusal))
            else:
                _go_on_alone(second_factor_passed=False)
                flash(gettext("Two-factor authentication is off."), "success")
                return redirect(url_for("SecondFactorView.enrol"))
        return self._show_that_it_is_on(form)

    def _show_that_it_is_on(self, form: PasswordForm) -> str:
        return self.render_template(
            "second_factor_on.html",
            title=_("Two-factor authentication"),
            form=form,
            codes_left=recovery_code.left_of(current_user.id),
            is_required=second_factor.is_required(
                current_user._get_current_object(),
                operators_need_it=current_app.config[OPERATORS_NEED_SECOND_FACTOR],
            ),
        )


def _wanted() -> str:
    return safe_path(request.args.get("next")) or url_for("HomeView.index")


def _go_on_alone(*, second_factor_passed: bool) -> None:
    """The change ended all sessions of the user; this one goes on under a new token."""
    renew_session(
        session_epoch=current_user.session_epoch, second_factor_passed=second_factor_passed
    )
