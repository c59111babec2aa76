"""監査ログ: an entry for every sign-in event and write, in the transaction of what it tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from app.models import membership as membership_table
from app.models.audit_entry import AuditEntry
from app.models.database import session, transaction
from app.models.user import User

SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Who acts: user and mail address, from which address, in which company and account."""

    user_id: int | None = None
    mail_address: str = SYSTEM
    address: str = ""
    company_id: int | None = None
    account_id: int | None = None


THE_SYSTEM = Actor()
_actor: ContextVar[Actor] = ContextVar("actor", default=THE_SYSTEM)


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Inside it, what happens is put down to this actor; outside, to the system."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def current_actor() -> Actor:
    return _actor.get()


def record(
    action: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    actor: Actor | None = None,
    company_id: int | None = None,
) -> None:
    """Write an entry. `before` and `after` hold JSON values of the changed fields, no secrets.

    `company_id` names the company it concerns where that is not the actor's own.
    """
    who = actor or current_actor()
    with transaction():
        session.add(
            AuditEntry(
                actor_id=who.user_id,
                actor=who.mail_address,
                address=who.address,
                company_id=company_id or who.company_id,
                account_id=who.account_id,
                action=action,
                subject=subject,
                before=dict(before) if before is not None else None,
                after=dict(after) if after is not None else None,
            )
        )


def record_of_user(
    action: str,
    user: User,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    actor: Actor | None = None,
) -> None:
    """Write an entry about the user himself for each company he belongs to, so that the admins of
    all of them see it; one that no company sees for who belongs to none.

    Each company learns of its own account only, and nothing of what another one's admin does.
    """
    who = actor or current_actor()
    companies: Sequence[int | None] = membership_table.company_ids_of(user.id) or (None,)
    if who.company_id is not None and who.user_id != user.id:
        companies = (who.company_id,)
    for company_id in companies:
        account_id = who.account_id if company_id == who.company_id else None
        seen_there = replace(who, company_id=company_id, account_id=account_id)
        record(action, user.mail_address, before=before, after=after, actor=seen_there)
