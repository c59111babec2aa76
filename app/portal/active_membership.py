"""The account somebody works in, and as what.

Looked up anew in every request, so a role taken away is gone at the next click.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, session
from flask_login import current_user

from app.domain.roles import RIGHTS, Right, Role
from app.models import membership as membership_table
from app.models.membership import Membership
from app.portal.own_session import ACCOUNT_KEY


@dataclass(frozen=True)
class ActiveMembership:
    """The chosen account with what the page says about it."""

    account_id: int
    account_name: str
    has_softbank_sender: bool
    company_id: int
    company_name: str
    company_requires_totp: bool
    members_delete_published: bool
    role: Role

    @classmethod
    def of(cls, row: Membership) -> ActiveMembership:
        company = row.account.company
        return cls(
            account_id=row.account_id,
            account_name=row.account.name,
            has_softbank_sender=row.account.has_softbank_sender,
            company_id=company.id,
            company_name=company.name,
            company_requires_totp=company.requires_totp,
            members_delete_published=row.account.may_members_delete_published,
            role=row.role,
        )

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    @property
    def may_delete_published(self) -> bool:
        """Whether he may delete a flow that callers hear."""
        return self.members_delete_published or self.may(Right.PUBLISH_FLOWS)


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
