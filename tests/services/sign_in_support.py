"""What tests of signing in share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.models.audit_entry import AuditEntry
from app.models.database import session, transaction
from app.models.user import User
from app.services.audit import Actor
from app.services.sign_in import SignedIn, sign_in
from tests.support import factories

ADDRESS = "203.0.113.7"
WRONG = "Wrong-Passw0rd!"
NEW = "Another-Passw0rd7"


def attempt(mail_address: str, password: str = factories.PASSWORD) -> SignedIn:
    return sign_in(mail_address, password, address=ADDRESS)


def now_of(user: User) -> User:
    """The row as it is now, detached."""
    session.commit()
    row = session.get_one(User, user.id)
    session.refresh(row)
    session.expunge(row)
    session.commit()
    return row


def change(user: User, **values: Any) -> None:
    with transaction():
        row = session.get_one(User, user.id)
        for name, value in values.items():
            setattr(row, name, value)


def recorded() -> list[tuple[str, str]]:
    """Action and reason of every entry of the audit trail, in order."""
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    told = [(entry.action, (entry.after or {}).get("reason", "")) for entry in entries]
    session.commit()
    return told


def actor_of_last() -> Actor:
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    return Actor(entry.actor_id, entry.actor, entry.address, entry.company_id, entry.account_id)
