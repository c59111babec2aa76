"""Which routes are open before an account is chosen.

Every route that is not listed needs an account and a right.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto


class Access(Enum):
    """What a visitor must have shown before a route answers him."""

    PUBLIC = auto()  # nothing
    INSIDE = auto()  # that he is inside: on this machine or a private network, past no proxy
    ANY_SESSION = auto()  # that he has a session, whatever is still owed in it
    SIGNED_IN = auto()  # who he is
    ACCOUNT = auto()  # who he is and which account he works in; operators: who he is


EXCEPTIONS: Mapping[str, Access] = {
    "static": Access.PUBLIC,  # style sheets, scripts, icons
    "SignInView.login": Access.PUBLIC,
    "SignInView.logout": Access.PUBLIC,  # signing out twice is no error
    "PasswordResetView.request": Access.PUBLIC,
    "PasswordResetView.reset": Access.PUBLIC,  # whoever holds the mailed link
    "LanguageView.switch": Access.PUBLIC,
    "health.healthz": Access.PUBLIC,  # for the machinery that watches the program
    "health.readyz": Access.PUBLIC,
    "health.metrics": Access.INSIDE,
    "SessionView.state": Access.ANY_SESSION,
    "SessionView.keep": Access.ANY_SESSION,
    "UserSessionView.list": Access.SIGNED_IN,
    "UserSessionView.end": Access.SIGNED_IN,
    "UserSessionView.end_others": Access.SIGNED_IN,
    "PasswordChangeView.change": Access.SIGNED_IN,
    "SecondFactorView.verify": Access.SIGNED_IN,
    "SecondFactorView.enrol": Access.SIGNED_IN,
    "SecondFactorView.turn_off": Access.SIGNED_IN,
    "AccountSelectionView.choose": Access.SIGNED_IN,
    "AccountSelectionView.enter": Access.SIGNED_IN,
    "HomeView.index": Access.ACCOUNT,  # shows nothing: leads on to a page that asks for a right
}


def access_of(endpoint: str) -> Access:
    """What the route of this endpoint asks for."""
    return EXCEPTIONS.get(endpoint, Access.ACCOUNT)
