"""The wall: whatever way a query is put, only the account in scope is seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import aliased, selectinload

from app.models.account import Account
from app.models.company import Company
from app.models.database import session, transaction
from app.models.incoming_number import IncomingNumber
from app.models.sender_number import SenderNumber
from app.models.tenant_scope import (
    TenantScopeError,
    account_scope,
    all_companies,
)

pytestmark = pytest.mark.usefixtures("two_accounts")
OWN, FOREIGN = 1, 2


@pytest.fixture
def two_accounts(db: object) -> None:
    with transaction():
        session.add(
            Company(
                id=1,
                name="企業",
                accounts=[Account(id=OWN, name="甲"), Account(id=FOREIGN, name="乙")],
            )
        )
        session.flush()
        for account_id in (OWN, FOREIGN):
            session.add_all(
                IncomingNumber(
                    id=10 * account_id + n,
                    account_id=account_id,
                    number=f"+8150{account_id}000000{n}",
                )
                for n in (1, 2)
            )
            session.add(SenderNumber(account_id=account_id, digits=f"031234567{account_id}"))


QUERIES: dict[str, tuple[Callable[[], Any], Any]] = {
    "all": (lambda: len(session.scalars(select(IncomingNumber)).all()), 2),
    "legacy query": (lambda: session.query(IncomingNumber).count(), 2),
    "get": (lambda: session.get(IncomingNumber, 21), None),
    "count(*)": (lambda: session.scalar(select(func.count()).select_from(IncomingNumber)), 2),
    "count of a column": (lambda: session.scalar(select(func.count(IncomingNumber.id))), 2),
    "one column": (
        lambda: session.scalars(select(IncomingNumber.id).order_by(IncomingNumber.id)).all(),
        [11, 12],
    ),
    "alias": (lambda: len(session.scalars(select(aliased(IncomingNumber))).all()), 2),
    "join": (
        lambda: session.execute(
            select(Account.name, IncomingNumber.id).join(
                IncomingNumber, IncomingNumber.account_id == Account.id
            )
        ).all(),
        [("甲", 11), ("甲", 12)],
    ),
    "exists": (
        lambda: session.scalar(
            select(exists(select(IncomingNumber.id).where(IncomingNumber.id == 21)))
        ),
        False,
    ),
    "subquery": (
        lambda: session.scalar(
            select(func.count()).select_from(select(IncomingNumber.id).subquery())
        ),
        2,
    ),
    "union": (
        lambda: (
            len(session.execute(select(IncomingNumber.id).union(select(SenderNumber.id))).all())
            <= 3
        ),
        True,
    ),
    "eager load": (
        lambda: len(
            session.scalars(select(IncomingNumber).options(selectinload(IncomingNumber.flow))).all()
        ),
        2,
    ),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_sees_its_own_account_only(name: str) -> None:
    query, expected = QUERIES[name]
    with account_scope(OWN):
        assert query() == expected


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_without_a_scope_raises(name: str) -> None:
    query, _ = QUERIES[name]
    with pytest.raises(TenantScopeError):
        query()


def test_the_same_statement_follows_the_scope_of_each_execution() -> None:
    statement = select(IncomingNumber.id).order_by(IncomingNumber.id)
    for account_id, expected in ((OWN, [11, 12]), (FOREIGN, [21, 22]), (OWN, [11, 12])):
        with account_scope(account_id):
            assert session.scalars(statement).all() == expected
    with all_companies("test"):
        assert len(session.scalars(statement).all()) == 4


def test_bulk_update_and_delete_stop_at_the_wall() -> None:
    with account_scope(OWN), transaction():
        session.execute(update(IncomingNumber).values(label="甲の"))
        session.execute(delete(SenderNumber))
    with all_companies("test"):
        labels = session.execute(
            select(IncomingNumber.account_id, IncomingNumber.label).distinct()
        ).all()
        assert sorted(labels) == [(OWN, "甲の"), (FOREIGN, "")]
        assert session.scalars(select(SenderNumber.account_id)).all() == [FOREIGN]


def test_scopes_nest_and_end() -> None:
    numbers = select(IncomingNumber.id).order_by(IncomingNumber.id)
    with all_companies("test"):
        with account_scope(OWN):
            assert session.scalars(numbers).all() == [11, 12]
        assert len(session.scalars(numbers).all()) == 4
    with pytest.raises(TenantScopeError):
        session.scalars(numbers)
