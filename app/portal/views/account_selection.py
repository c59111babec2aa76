"""「アカウント選択」: after sign-in, and whenever somebody switches."""

from __future__ import annotations

from itertools import groupby

from flask import abort, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import lazy_gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.models import membership as membership_table
from app.models.membership import Membership
from app.portal import address_lists
from app.portal.active_membership import active_membership
from app.portal.own_session import renew_session
from app.portal.safe_paths import safe_path


class AccountSelectionView(BaseView):
    route_base = "/accounts"
    default_view = "choose"

    @expose("/")
    def choose(self) -> str | Response:
        if current_user.is_operator:
            return redirect(url_for("HomeView.index"))
        memberships = membership_table.of_user(current_user.id)
        if len(memberships) == 1 and active_membership() is None:
            return self._enter(memberships[0], request.args.get("next"))
        companies = [
            (company, list(accounts))
            for company, accounts in groupby(
                memberships, lambda membership: membership.account.company
            )
        ]
        return self.render_template(
            "account_selection.html",
            title=_("Select an account"),
            companies=companies,
            wanted=safe_path(request.args.get("next")),
        )

    @expose("/", methods=["POST"])
    def enter(self) -> Response:
        wanted = request.form.get("account_id")
        memberships = membership_table.of_user(current_user.id)
        membership = next((one for one in memberships if str(one.account_id) == wanted), None)
        if membership is None:
            abort(404)
        return self._enter(membership, request.form.get("next"))

    def _enter(self, membership: Membership, wanted: str | None) -> Response:
        company = membership.account.company
        if not address_lists.let_in(company.id):
            return address_lists.refuse(membership.account_id, company.name)
        renew_session(account_id=membership.account_id)
        return redirect(safe_path(wanted) or url_for("IncomingNumberView.list"))
