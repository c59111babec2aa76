"""監査ログ: the entries by their time, newest first, of one company or of all.

Entries are no account's rows, so the tenant scope does not narrow them: a company's part is what
`of_company` gives, and nothing else gives a company anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from app.models.account import Account
from app.models.audit_entry import AuditEntry
from app.models.company import Company
from app.models.database import session
from app.models.log_pages import LogPages, Page, Place

_PAGES = LogPages(AuditEntry.at, AuditEntry.id)


@dataclass(frozen=True)
class Search:
    """`since` ≤ at < `until`, both UTC; `actor` and `company` are parts of the mail address and of
    the company's name, whatever the case; empty means all."""

    since: datetime
    until: datetime
    actor: str = ""
    action: str = ""
    company: str = ""


@dataclass(frozen=True)
class Trail:
    """Entries found; rows have the columns of AuditEntry and `account_name`, `company_name`."""

    query: Select[Any]

    def newest(self, size: int) -> Page:
        return _PAGES.newest(self.query, size, _rows)

    def older_than(self, place: Place, size: int) -> Page:
        """The page that follows the entry at `place`."""
        return _PAGES.older_than(place, self.query, size, _rows)

    def newer_than(self, place: Place, size: int) -> Page:
        """The page before the entry at `place`; always full where there are entries enough."""
        return _PAGES.newer_than(place, self.query, size, _rows)

    def batches(self) -> Iterator[Sequence[Any]]:
        """All of them, for a download that goes on after the request's session is closed."""
        return _PAGES.batches(self.query, _read_apart, lambda row: Place(row.at, row.id))


def of_company(company_id: int, search: Search) -> Trail:
    """What concerns this company; entries of no company are not part of it."""
    return Trail(_found(search).where(AuditEntry.company_id == company_id))


def of_all(search: Search) -> Trail:
    """Everything, for our own staff."""
    return Trail(_found(search))


def is_told(
    action: str, *, company_id: int, account_id: int, user_id: int, address: str, since: datetime
) -> bool:
    """Whether this is on record already, of this user in this account from this address."""
    found = select(AuditEntry.id).where(
        AuditEntry.company_id == company_id,
        AuditEntry.at >= since,
        AuditEntry.action == action,
        AuditEntry.account_id == account_id,
        AuditEntry.actor_id == user_id,
        AuditEntry.address == address,
    )
    return session.scalar(found.limit(1)) is not None


def _found(search: Search) -> Select[Any]:
    query = (
        select(
            *AuditEntry.__table__.columns,
            Account.name.label("account_name"),
            Company.name.label("company_name"),
        )
        .outerjoin(Account, Account.id == AuditEntry.account_id)
        .outerjoin(Company, Company.id == AuditEntry.company_id)
        .where(AuditEntry.at >= search.since, AuditEntry.at < search.until)
    )
    if search.actor:
        query = query.where(AuditEntry.actor.icontains(search.actor, autoescape=True))
    if search.action:
        query = query.where(AuditEntry.action == search.action)
    if search.company:
        query = query.where(Company.name.icontains(search.company, autoescape=True))
    return query


def _rows(query: Select[Any]) -> Sequence[Any]:
    return session.execute(query).all()


def _read_apart(query: Select[Any]) -> Sequence[Any]:
    with session.session_factory() as own_session:
        return own_session.execute(query).all()
