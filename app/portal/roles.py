"""The rights of the domain in Flask-AppBuilder's terms: (view, permission) patterns per role.

A view of an account belongs to the resource "Account", and each of its methods needs one right
(`view_bases.needs`), so a role is a list of rights and nothing more. Operators are a role of their
own with the resource "BackOffice".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.domain.roles import OPERATOR, RIGHTS, Right, Role

ACCOUNT = "Account"
BACK_OFFICE = "BackOffice"

MENU_OF_RIGHT: Mapping[Right, tuple[str, ...]] = {
    Right.EDIT_FLOWS: ("incoming_numbers",),
    Right.PUBLISH_FLOWS: (),
    Right.SEE_DELIVERIES: ("delivery_log", "call_counts"),
    Right.MANAGE_USERS: ("company_users",),
}
MENU_OF_EVERYBODY = ("support",)
MENU_OF_OPERATORS = (
    *("companies", "ip_ranges", "accounts", "all_numbers", "sender_numbers", "operated_users"),
    *("company_admins", "messages", "dead_letters", "calls", "operators", "health"),
    "audit_trail",
)
PAGES_OF_OPERATORS = ("can_list", "can_show", "can_add", "can_edit", "can_act")

ROLE_NAMES: Mapping[Role, LazyString] = {
    Role.COMPANY_ADMIN: _("Company admin"),
    Role.SENIOR_ADMIN: _("Senior admin"),
    Role.ADMIN: _("Admin"),
    Role.MEMBER: _("Member"),
}


def fab_roles() -> dict[str, list[list[str]]]:
    """FAB_ROLES: role name → [view pattern, permission pattern]…"""
    members = {role.value: _rights_of(rights) for role, rights in RIGHTS.items()}
    return members | {
        OPERATOR: [
            [
                _exactly([BACK_OFFICE]),
                _exactly(PAGES_OF_OPERATORS),
            ],
            _menus(MENU_OF_OPERATORS),
        ]
    }


def _rights_of(rights: Iterable[Right]) -> list[list[str]]:
    ordered = sorted(rights)
    menus = [menu for right in ordered for menu in MENU_OF_RIGHT[right]]
    return [
        [_exactly([ACCOUNT]), _exactly(f"can_{right.value}" for right in ordered)],
        _menus([*menus, *MENU_OF_EVERYBODY]),
    ]


def _menus(names: Iterable[str]) -> list[str]:
    return [_exactly(names), _exactly(["menu_access"])]


def _exactly(words: Iterable[str]) -> str:
    """A pattern for these words: FAB uses re.match, which anchors at the start only."""
    return f"(?:{'|'.join(map(re.escape, words))})$"
