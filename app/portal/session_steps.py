"""What a signed-in user has to do before the portal opens: second factor, then password."""

from __future__ import annotations

from enum import StrEnum

from flask import current_app
from flask_login import current_user

from app import clock
from app.domain.sign_in_rules import must_change_password
from app.portal.active_membership import active_membership
from app.portal.own_session import own_session

OPERATORS_NEED_SECOND_FACTOR = "OPERATORS_NEED_SECOND_FACTOR"  # name in app.config


class Step(StrEnum):
    """A duty; its value is the endpoint of the one page that is open until it is done."""

    VERIFY_SECOND_FACTOR = "SecondFactorView.verify"
    ENROL_SECOND_FACTOR = "SecondFactorView.enrol"
    CHANGE_PASSWORD = "PasswordChangeView.change"  # noqa: S105 - an endpoint


def owed_step() -> Step | None:
    """The next duty of the signed-in user.

    A second factor that is set up is asked for at once, for whatever account. Setting one up is
    asked for when the chosen account's company requires it: then, and not at the next sign-in; of
    operators wherever others can reach the product.
    """
    if current_user.totp_secret:
        if not own_session().second_factor_passed:
            return Step.VERIFY_SECOND_FACTOR
    elif _needs_second_factor():
        return Step.ENROL_SECOND_FACTOR
    if must_change_password(
        set_at=current_user.password_set_at,
        is_temporary=current_user.password_is_temporary,
        now=clock.now(),
    ):
        return Step.CHANGE_PASSWORD
    return None


def _needs_second_factor() -> bool:
    if current_user.is_operator:
        return bool(current_app.config[OPERATORS_NEED_SECOND_FACTOR])
    membership = active_membership()
    return membership is not None and membership.company_requires_totp
