"""Entering an account: whose data somebody works with from now on."""

from __future__ import annotations

from app.models.account import Account
from app.models.database import session, transaction
from app.models.user import User
from app.services import audit


def note_entry(user: User, account_id: int, *, address: str) -> None:
    """Put it on record that `user` entered the account, coming from `address` (an IP address)."""
    with transaction():
        account = session.get_one(Account, account_id)
        actor = audit.Actor(user.id, user.mail_address, address, account.company_id, account.id)
        audit.record("account.enter", account.name, actor=actor)
