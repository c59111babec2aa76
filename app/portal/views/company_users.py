"""「企業ユーザー管理」: the users of the company, for its company admins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.domain.refusals import Refusal
from app.domain.roles import Right, Role
from app.models import company_users
from app.models.user import User
from app.portal.active_membership import active_membership
from app.portal.forms.company_users import CompanyUserForm
from app.portal.refusal_words import words_for
from app.portal.view_bases import ROW_ID, AccountView, Sort, needs, page_from_request
from app.services.company_users import (
    Manager,
    create_user,
    delete_user,
    send_reset,
    state_of,
    update_user,
)

PAGE_SIZE = 50


class CompanyUserView(AccountView):
    route_base = "/users"

    @expose("/")
    @needs(Right.MANAGE_USERS)
    def list(self) -> str:
        company_id = manager().company_id
        search = request.args.get("q", "").strip()
        sort = Sort.from_request(
            tuple(company_users.SORT_COLUMNS), Sort("mail_address", descending=False)
        )
        count = company_users.count_users(company_id, search)
        pages = max(1, -(-count // PAGE_SIZE))
        page = min(page_from_request(), pages)
        users = company_users.page_of_users(
            company_id,
            search,
            sort=sort.key,
            descending=sort.descending,
            offset=(page - 1) * PAGE_SIZE,
            limit=PAGE_SIZE,
        )
        return self.render_template(
            "company_users.html",
            title=lazy_gettext("Company users"),
            users=users,
            roles=company_users.roles_in_company(company_id, [user.id for user in users]),
            shared=company_users.ids_elsewhere(company_id, [user.id for user in users]),
            company_admin=Role.COMPANY_ADMIN,
            count=count,
            search=search,
            sort=sort,
            page=page,
            pages=pages,
            page_size=PAGE_SIZE,
        )

    @expose("/new", methods=["GET", "POST"])
    @needs(Right.MANAGE_USERS)
    def create(self) -> str | Response:
        form = CompanyUserForm(company_users.accounts_of(manager().company_id), request.form)
        if request.method == "POST" and "add" in request.form:
            form.add_row()
        elif request.method == "POST" and form.validate():
            try:
                create_user(
                    manager(),
                    form.mail_address.data,
                    form.name.data,
                    form.chosen_roles(),
                    is_active=form.status.data == "active",
                )
            except Refusal as refusal:
                form.say(refusal)
            else:
                flash(
                    _(
                        "%(name)s was registered. The temporary password is sent to %(address)s.",
                        name=form.name.data.strip(),
                        address=form.mail_address.data.strip(),
                    ),
                    "success",
                )
                return redirect(url_for("CompanyUserView.list"))
        return self._form_page(form)

    @expose(f"/<{ROW_ID}:user_id>/edit", methods=["GET", "POST"])
    @needs(Right.MANAGE_USERS)
    def edit(self, user_id: int) -> str | Response:
        user = _user_or_404(user_id)
        who = manager()
        form = _form_of(user, request.form)
        seen = request.form.get("seen") or state_of(who, user)
        meanwhile: Sequence[tuple[str, str]] = ()
        is_shared = company_users.belongs_elsewhere(who.company_id, user_id)
        if request.method == "POST" and "add" in request.form:
            form.add_row()
        elif request.method == "POST" and form.validate():
            try:
                update_user(
                    who,
                    user_id,
                    seen=seen,
                    mail_address=form.mail_address.data,
                    name=form.name.data,
                    roles=form.chosen_roles(),
                    is_active=form.status.data == "active",
                )
            except Refusal as refusal:
                form.say(refusal)
                if refusal.code == "changed_meanwhile":
                    seen, meanwhile = state_of(who, user), _form_of(user).in_words()
            else:
                flash(_("%(name)s was saved.", name=form.name.data.strip()), "success")
                return redirect(url_for("CompanyUserView.list"))
        elif request.method == "GET" and (locked := _why_untouchable(user_id)):
            flash(words_for(locked), "warning")
            return redirect(url_for("CompanyUserView.list"))
        return self._form_page(form, user, is_shared=is_shared, seen=seen, meanwhile=meanwhile)

    @expose(f"/<{ROW_ID}:user_id>/delete", methods=["POST"])
    @needs(Right.MANAGE_USERS)
    def delete(self, user_id: int) -> Response:
        user = _user_or_404(user_id)
        if company_users.belongs_elsewhere(manager().company_id, user_id):
            said = _("%(address)s is no user of your company any more.", address=user.mail_address)
        else:
            said = _("%(address)s was deleted.", address=user.mail_address)
        return _done(delete_user, user, said)

    @expose(f"/<{ROW_ID}:user_id>/reset", methods=["POST"])
    @needs(Right.MANAGE_USERS)
    def reset(self, user_id: int) -> Response:
        user = _user_or_404(user_id)
        return _done(
            send_reset,
            user,
            _(
                "A mail with which to set a new password is sent to %(address)s.",
                address=user.mail_address,
            ),
        )

    def _form_page(self, form: CompanyUserForm, user: User | None = None, **more: Any) -> str:
        if not form.roles.data:
            form.add_row()
        return self.render_template(
            "company_user_form.html",
            title=lazy_gettext("Edit the user") if user else lazy_gettext("Register a user"),
            form=form,
            edited=user,
            **more,
        )


def manager() -> Manager:
    """Who asks, and for which company."""
    membership = active_membership()
    assert membership is not None, "the session guard asks for it"
    return Manager(current_user.id, membership.company_id)


def _user_or_404(user_id: int) -> User:
    user = company_users.user_of_company(manager().company_id, user_id)
    if user is None:
        abort(404)
    return user


def _form_of(user: User, given: Any = None) -> CompanyUserForm:
    company_id = manager().company_id
    roles = company_users.roles_in_company(company_id, [user.id])[user.id]
    return CompanyUserForm.showing(user, roles, company_users.accounts_of(company_id), given)


def _why_untouchable(user_id: int) -> Refusal | None:
    """What saving would refuse: better said before somebody fills in the form."""
    who = manager()
    if user_id == who.user_id:
        return Refusal("user_is_self")
    roles = company_users.roles_in_company(who.company_id, [user_id])[user_id]
    if any(membership.role is Role.COMPANY_ADMIN for membership in roles):
        return Refusal("user_is_company_admin")
    return None


def _done(verb: Callable[[Manager, int], None], user: User, words: str) -> Response:
    try:
        verb(manager(), user.id)
    except Refusal as refusal:
        flash(words_for(refusal), "danger")
    else:
        flash(words, "success")
    return redirect(url_for("CompanyUserView.list"))
