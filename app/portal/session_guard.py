"""Before every request: signed in? Account chosen, and still his? Then only its rows exist."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack

from flask import Flask, Response, g, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.models.tenant_scope import account_scope, all_companies
from app.portal.access_rules import Access, access_of
from app.portal.active_membership import active_membership
from app.portal.safe_paths import wanted_path, wants_json


def install(app: Flask) -> None:
    """Guard every route of the app.

    Call it before CSRFProtect: a lapsed session leads to sign-in, not to a token error.
    """
    app.before_request(_guard)
    app.teardown_request(_leave_scope)


def _guard() -> Response | None:
    access = (
        access_of(request.endpoint) if request.endpoint else Access.PUBLIC
    )  # no endpoint: Flask answers 404
    if access is Access.PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _ask_for("SignInView.login", 401, _("Please log in again."))
    if access is Access.SIGNED_IN:
        return None
    if current_user.is_operator:
        _enter(all_companies("back office of our own staff"))
        return None
    membership = active_membership()
    if membership is None:
        return _ask_for("AccountSelectionView.choose", 403, _("Please choose an account again."))
    _enter(account_scope(membership.account_id))
    return None


def _ask_for(endpoint: str, status: int, message: str) -> Response:
    """Lead to the page that is needed first, and from there back; a script gets its address."""
    address = url_for(endpoint, next=wanted_path())
    if wants_json():
        return make_response(jsonify(error="session_ended", message=message, go_to=address), status)
    return make_response(redirect(address))


def _enter(scope: AbstractContextManager[None]) -> None:
    g.tenant_scope = ExitStack()
    g.tenant_scope.enter_context(scope)


def _leave_scope(_error: BaseException | None) -> None:
    scope: ExitStack | None = g.pop("tenant_scope", None)
    if scope is not None:
        scope.close()
