"""Entering an account: whose data somebody works with from now on, or may not from where he is."""

from __future__ import annotations

from datetime import timedelta

from app import clock
from app.models import audit_trail
from app.models.account import Account
from app.models.database import session, transaction
from app.models.user import User
from app.services import audit

REFUSAL_TOLD_EVERY = timedelta(hours=1)


def note_entry(user: User, account_id: int, *, address: str) -> None:
    """Put it on record that `user` entered the account, coming from `address` (an IP address)."""
    with transaction():
        account, actor = _account_and_actor(user, account_id, address)
        audit.record("account.enter", account.name, actor=actor)


def note_refusal(user: User, account_id: int, *, address: str) -> None:
    """Put it on record that the company lets nobody in from `address`: the first time within the
    hour, not for each click."""
    account, actor = _account_and_actor(user, account_id, address)
    is_told = audit_trail.is_told(
        "account.refused",
        company_id=account.company_id,
        account_id=account.id,
        user_id=user.id,
        address=address,
        since=clock.now() - REFUSAL_TOLD_EVERY,
    )
    if not is_told:
        audit.record("account.refused", account.name, actor=actor)


def _account_and_actor(user: User, account_id: int, address: str) -> tuple[Account, audit.Actor]:
    account = session.get_one(Account, account_id)
    actor = audit.Actor(user.id, user.mail_address, address, account.company_id, account.id)
    return account, actor
