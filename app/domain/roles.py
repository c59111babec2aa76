"""Who may do what. A role belongs to a membership (user, account), never to a user."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """A member's role in one account."""

    COMPANY_ADMIN = "company_admin"
    SENIOR_ADMIN = "senior_admin"
    ADMIN = "admin"
    MEMBER = "member"


class Right(StrEnum):
    """Something a role may do."""

    EDIT_FLOWS = "edit_flows"  # create, edit and delete
    PUBLISH_FLOWS = "publish_flows"
    SEE_DELIVERIES = "see_deliveries"  # delivery log with its download, and call counts
    MANAGE_USERS = "manage_users"


OPERATOR = "operator"
"""Name of our own staff's role: it is above all companies and no company can give it."""

RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.COMPANY_ADMIN: frozenset(Right),
        Role.SENIOR_ADMIN: frozenset({Right.EDIT_FLOWS, Right.PUBLISH_FLOWS, Right.SEE_DELIVERIES}),
        Role.ADMIN: frozenset({Right.EDIT_FLOWS, Right.PUBLISH_FLOWS}),
        Role.MEMBER: frozenset({Right.EDIT_FLOWS}),
    }
)
