"""Before every request: who is it, may he be here, and whose rows are there?

In this order: signed in, and the session alive? Second factor and password in order? Account
chosen, and still his? Does its company let this address in? Then only the account's rows exist, and
what happens is put down to him.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack

from flask import (
    Flask,
    Response,
    abort,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from flask_login import current_user

from app.models.tenant_scope import account_scope, all_companies
from app.portal import address_lists, session_life
from app.portal.access_rules import Access, access_of
from app.portal.active_membership import active_membership
from app.portal.client_address import client_address, is_from_inside
from app.portal.own_session import TOKEN_KEY, end_session
from app.portal.safe_paths import wanted_path, wants_json
from app.portal.session_life import Expiry
from app.portal.session_steps import Step, owed_step
from app.services.audit import Actor, acting_as

WHAT_TO_DO: dict[Step, LazyString] = {
    Step.VERIFY_SECOND_FACTOR: lazy_gettext("Enter the code of your second factor first."),
    Step.ENROL_SECOND_FACTOR: lazy_gettext("Set up a second factor first."),
    Step.CHANGE_PASSWORD: lazy_gettext("Change your password first."),
}


NOBODY_ASKS_WHO = {"static", "health.healthz", "health.readyz", "health.metrics"}  # so: no database


def install(app: Flask) -> None:
    """Guard every route of the app.

    Call it before CSRFProtect: a lapsed session leads to sign-in, not to a token error.
    """
    app.before_request(_guard)
    app.teardown_request(_leave)


def _guard() -> Response | None:
    access = (
        access_of(request.endpoint) if request.endpoint else Access.PUBLIC
    )  # no endpoint: Flask answers 404
    if access is Access.INSIDE and not is_from_inside():
        abort(404)
    if access in (Access.PUBLIC, Access.INSIDE):
        if request.endpoint in NOBODY_ASKS_WHO:
            return None
        _enter(acting_as(_actor()))
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    _enter(acting_as(_actor()))
    if access is Access.ANY_SESSION:
        return None
    session_life.note_activity()
    step = owed_step()
    if step and request.endpoint != step:
        return _ask_for(step, 403, step.name.lower(), str(WHAT_TO_DO[step]))
    if step or access is Access.SIGNED_IN:
        return None
    return _open_account()


def _open_account() -> Response | None:
    if current_user.is_operator:
        _enter(all_companies("back office of our own staff"))
        return None
    membership = active_membership()
    if membership is None:
        return _ask_for(
            "AccountSelectionView.choose",
            403,
            "session_ended",
            _("Please choose an account again."),
        )
    if not address_lists.let_in(membership.company_id):
        return address_lists.refuse(membership.account_id, membership.company_name)
    _enter(account_scope(membership.account_id))
    return None


def _actor() -> Actor:
    if not current_user.is_authenticated:
        return Actor(mail_address="", address=client_address())
    membership = active_membership()
    return Actor(
        user_id=current_user.id,
        mail_address=current_user.mail_address,
        address=client_address(),
        company_id=membership.company_id if membership else None,
        account_id=membership.account_id if membership else None,
    )


def _ask_to_sign_in() -> Response:
    message = _("Please log in again.")
    expiry = session_life.expiry()
    if expiry is Expiry.IDLE:
        message = _(
            "You were logged out because nothing was done for %(minutes)s minutes.",
            minutes=session_life.idle_minutes(),
        )
    elif expiry is Expiry.TOO_OLD:
        message = _(
            "You were logged out because %(hours)s hours have passed since you logged in.",
            hours=session_life.longest_hours(),
        )
    if TOKEN_KEY in session:
        end_session()
    if expiry:
        flash(message, "warning")
    return _ask_for("SignInView.login", 401, "session_ended", message)


def _ask_for(endpoint: str, status: int, error: str, message: str) -> Response:
    """Lead to the page that is needed first, and from there back; a script gets its address."""
    address = url_for(endpoint, next=wanted_path())
    if wants_json():
        return make_response(jsonify(error=error, message=message, go_to=address), status)
    return make_response(redirect(address))


def _enter(context: AbstractContextManager[None]) -> None:
    if "entered" not in g:
        g.entered = ExitStack()
    g.entered.enter_context(context)


def _leave(_error: BaseException | None) -> None:
    entered: ExitStack | None = g.pop("entered", None)
    if entered is not None:
        entered.close()
