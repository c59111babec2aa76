"""The account somebody works in, and as what.

Looked up anew in every request, so a role taken away is gone at the next click.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, session
from flask_login import current_user, login_user

from app.domain.roles import RIGHTS, Right, Role
from app.models import membership as membership_table
from app.models.membership import Membership
from app.models.user import User

ACCOUNT_KEY = "account_id"
LANGUAGE_KEY = "locale"  # where Flask-AppBuilder's language selector looks


@dataclass(frozen=True)
class ActiveMembership:
    """The chosen account with what the page says about it."""

    account_id: int
    account_name: str
    company_name: str
    role: Role

    @classmethod
    def of(cls, row: Membership) -> ActiveMembership:
        return cls(row.account_id, row.account.name, row.account.company.name, row.role)

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]


def active_membership() -> ActiveMembership | None:
    """What the user is in the account he chose; None without one, or when it was taken away."""
    if "active_membership" not in g:
        g.active_membership = _look_up()
    found: ActiveMembership | None = g.active_membership
    return found


def _look_up() -> ActiveMembership | None:
    account_id = session.get(ACCOUNT_KEY)
    if account_id is None or not current_user.is_authenticated:
        return None
    row = membership_table.of_user_in_account(current_user.id, account_id)
    return ActiveMembership.of(row) if row else None


def only_account_of(user_id: int) -> int | None:
    """The account of a user who has exactly one: there is nothing to choose."""
    memberships = membership_table.of_user(user_id)
    return memberships[0].account_id if len(memberships) == 1 else None


def begin_session(user: User, account_id: int | None = None) -> None:
    """Begin a session of `user`: at sign-in and at each change of account.

    Nothing is left of the one before but the language.
    """
    language = session.get(LANGUAGE_KEY)
    session.clear()
    g.pop("active_membership", None)
    login_user(user)
    if language:
        session[LANGUAGE_KEY] = language
    if account_id is not None:
        session[ACCOUNT_KEY] = account_id


def end_session() -> None:
    """Sign out: nothing is left but the language."""
    language = session.get(LANGUAGE_KEY)
    session.clear()
    if language:
        session[LANGUAGE_KEY] = language
