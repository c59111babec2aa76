"""「ログイン」 and 「ログアウト」."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app.domain.refusals import Refusal
from app.models.database import session
from app.models.user import User
from app.portal.active_membership import only_account_of
from app.portal.client_address import client_address
from app.portal.own_session import begin_session, end_session
from app.portal.refusal_words import words_for
from app.portal.safe_paths import safe_path
from app.services.sign_in import sign_in, sign_out


class SignInForm(FlaskForm):
    mail_address = StringField(
        _("Mail address"),
        [InputRequired(_("Enter your mail address.")), Length(max=254)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _("Password"),
        [InputRequired(_("Enter your password.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )


class SignInView(BaseView):
    route_base = ""
    default_view = "login"

    @expose("/sign-in", methods=["GET", "POST"])
    def login(self) -> str | Response:
        wanted = safe_path(request.args.get("next")) or url_for("HomeView.index")
        if request.method == "GET" and current_user.is_authenticated:
            return redirect(wanted)
        form = SignInForm()
        if form.validate_on_submit():
            try:
                signed_in = sign_in(
                    form.mail_address.data, form.password.data, address=client_address()
                )
            except Refusal as refusal:
                form.form_errors.append(words_for(refusal))
            else:
                user = session.get_one(User, signed_in.user_id)
                begin_session(user, signed_in.session_epoch, only_account_of(user.id))
                return redirect(wanted)  # the guard asks for what is still owed on the way
        return self.render_template("sign_in.html", form=form, title=_("Log in"))

    @expose("/sign-out", methods=["POST"])
    def logout(self) -> Response:
        if current_user.is_authenticated:
            sign_out(current_user)
        end_session()
        return redirect(url_for("SignInView.login"))
