"""What a company may say about its users (SPEC §11)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.domain.one_line import one_line
from app.domain.refusals import Refusal
from app.domain.roles import Role

GIVEN_BY_COMPANIES = (Role.SENIOR_ADMIN, Role.ADMIN, Role.MEMBER)
"""企業管理者 are made by the operator."""
LONGEST_NAME = 100
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3
LONGEST_LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1

# The HTML standard's pattern of a valid address, with dots in the domain and between words only.
_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})+")


def tidy_mail_address(text: str) -> str:
    """As it is stored: in lower case. Raises Refusal("mail_address_wrong")."""
    address = text.strip().lower()
    local, _, _ = address.partition("@")
    too_long = len(address) > LONGEST_ADDRESS or len(local) > LONGEST_LOCAL_PART
    if too_long or not _ADDRESS.fullmatch(address):
        raise Refusal("mail_address_wrong")
    return address


def tidy_name(text: str) -> str:
    """As it is shown. Raises Refusal("name_missing") and Refusal("name_too_long")."""
    name = one_line(text)
    if not name:
        raise Refusal("name_missing")
    if len(name) > LONGEST_NAME:
        raise Refusal("name_too_long", longest=LONGEST_NAME)
    return name


def check_roles(roles: Sequence[tuple[int, Role]], account_ids: set[int]) -> None:
    """(account id, role) of a user. Raises Refusal("roles_missing"), ("account_unknown") for one
    outside `account_ids`, ("account_twice"), ("role_not_given")."""
    if not roles:
        raise Refusal("roles_missing")
    chosen = [account_id for account_id, _ in roles]
    if not set(chosen) <= account_ids:
        raise Refusal("account_unknown")
    if len(set(chosen)) < len(chosen):
        raise Refusal("account_twice")
    if any(role not in GIVEN_BY_COMPANIES for _, role in roles):
        raise Refusal("role_not_given")
