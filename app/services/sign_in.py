"""Signing in by mail address and password."""

from __future__ import annotations

from app import clock
from app.domain import passwords
from app.domain.refusals import Refusal
from app.models import user as user_table
from app.models.database import transaction


def sign_in(mail_address: str, password: str) -> int:
    """The id of the user. Raises Refusal("wrong_credentials") alike, and as late, for whatever does
    not fit."""
    user = user_table.by_mail_address(mail_address)
    is_right = passwords.is_right(password, user.password_hash if user else None)
    if user is None or not is_right or not user.is_active:
        raise Refusal("wrong_credentials")
    with transaction():
        user.last_sign_in_at = clock.now()
        return user.id
