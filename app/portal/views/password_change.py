"""「パスワード変更」: when the user likes, and before anything else when he must."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.domain.refusals import Refusal
from app.portal.forms.passwords import PasswordChangeForm, rules_for
from app.portal.own_session import renew_session
from app.portal.safe_paths import safe_path
from app.portal.session_steps import Step, owed_step
from app.services.password_changes import change_password


class PasswordChangeView(BaseView):
    route_base = ""
    default_view = "change"

    @expose("/password", methods=["GET", "POST"])
    def change(self) -> str | Response:
        wanted = safe_path(request.args.get("next")) or url_for("HomeView.index")
        form = PasswordChangeForm()
        refused = None
        if form.validate_on_submit():
            try:
                change_password(current_user.id, form.current_password.data, form.new_password.data)
            except Refusal as refusal:
                refused = refusal
                form.show(refusal)
            else:
                renew_session(session_epoch=current_user.session_epoch)
                flash(gettext("Your password was changed."), "success")
                return redirect(wanted)
        return self.render_template(
            "password_change.html",
            title=_("Change password"),
            form=form,
            rules=rules_for(current_user.mail_address, refused),
            must_change=owed_step() is Step.CHANGE_PASSWORD,
            wanted=wanted,
        )
