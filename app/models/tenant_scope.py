"""The wall between tenants: every ORM statement on a tenant's table is narrowed to the account in
scope.

A statement on such a table with no scope set raises, so a forgotten scope shows at once and leaks
nothing. Core statements, `text()` and INSERTs are not covered: they stay inside `app.models`, which
checks their account itself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import ForeignKey, Integer, bindparam, event
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    declared_attr,
    mapped_column,
    relationship,
    with_loader_criteria,
)

from app.models.account import Account
from app.models.database import session

log = logging.getLogger(__name__)

ALL_COMPANIES = 0
_scope: ContextVar[int | None] = ContextVar("tenant_scope", default=None)


class TenantScopeError(DontWrapMixin, RuntimeError):
    """A tenant's table was queried outside `account_scope` and `all_companies`."""


class TenantMixin:
    """A row that belongs to one account."""

    @declared_attr
    def account_id(cls) -> Mapped[int]:  # noqa: N805 - called on the class
        return mapped_column(ForeignKey("account.id"))

    @declared_attr
    def account(cls) -> Mapped[Account]:  # noqa: N805 - called on the class
        """To read its name and company; what a row belongs to is written as `account_id`."""
        return relationship(Account, viewonly=True)


@contextmanager
def account_scope(account_id: int) -> Iterator[None]:
    """Inside it, only the rows of this account exist."""
    token = _scope.set(account_id)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def all_companies(why: str) -> Iterator[None]:
    """Inside it, the rows of every tenant are seen. `why` says so to the reader of the code and of
    the log."""
    log.debug("all companies: %s", why)
    token = _scope.set(ALL_COMPANIES)
    try:
        yield
    finally:
        _scope.reset(token)


def _account_id_or_raise() -> int:
    account_id = _scope.get()
    if account_id is None:
        raise TenantScopeError(
            "a tenant's table was queried with no scope set: use account_scope() or all_companies()"
        )
    return account_id


# Asked for its value only when a statement that touches a tenant's table runs.
_SCOPED_ACCOUNT_ID = bindparam("tenant_account_id", callable_=_account_id_or_raise, type_=Integer())


@event.listens_for(session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    if state.is_column_load:
        return
    if _scope.get() == ALL_COMPANIES:
        return
    state.statement = state.statement.options(
        with_loader_criteria(
            TenantMixin,
            lambda cls: cls.account_id == _SCOPED_ACCOUNT_ID,
            include_aliases=True,
            track_closure_variables=False,
        )
    )
