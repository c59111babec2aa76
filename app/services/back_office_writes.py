"""What the writes of our own staff have in common."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError

from app.domain.one_line import one_line
from app.domain.refusals import Refusal
from app.models.account import Account
from app.models.company import Company
from app.models.database import Base, session, transaction
from app.models.user import User

RowT = TypeVar("RowT", bound=Base)
LONGEST_NAME = 200


def fingerprint(values: Mapping[str, object]) -> str:
    """Tells one state of a row from another: SHA-256 of the values, as hex."""
    return hashlib.sha256(
        json.dumps(dict(values), default=str, sort_keys=True).encode()
    ).hexdigest()


def edit_unchanged(
    table: type[Base], row_id: int, seen: str, names: Sequence[str], change: Callable[[], object]
) -> None:
    """Run `change` if the row's attributes `names` are still as the editor saw them.

    `seen` is the `fingerprint` of what he saw. Raises Refusal("changed_meanwhile"), or
    Refusal("row_gone") for a row that was deleted since.
    """
    with transaction():
        row = locked(table, row_id)
        if fingerprint({name: getattr(row, name) for name in names}) != seen:
            raise Refusal("changed_meanwhile")
        change()


def locked(table: type[RowT], row_id: int) -> RowT:
    """The row, locked until the transaction ends. Raises Refusal("row_gone") without one."""
    row = session.get(table, row_id, with_for_update={"of": table}, populate_existing=True)
    if row is None:
        raise Refusal("row_gone")
    return row


def existing_company(company_id: int) -> Company:
    """Raises Refusal("company_unknown") beside the field `company_id`."""
    return _chosen(Company, company_id, "company")


def existing_account(account_id: int) -> Account:
    """Raises Refusal("account_unknown") beside the field `account_id`."""
    return _chosen(Account, account_id, "account")


def company_user(user_id: int) -> User:
    """A user of the companies, locked; operators are not written here. Raises as `locked`."""
    user = locked(User, user_id)
    if user.is_operator:
        raise Refusal("row_gone")
    return user


def tidy_name(name: str) -> str:
    """The name without superfluous spaces. Raises Refusal("name_missing" | "name_too_long")."""
    tidy = one_line(name)
    if not tidy:
        raise Refusal("name_missing", field="name")
    if len(tidy) > LONGEST_NAME:
        raise Refusal("name_too_long", field="name", longest=LONGEST_NAME)
    return tidy


@contextmanager
def beside(field: str) -> Iterator[None]:
    """What is refused inside is told beside this field of the form."""
    try:
        yield
    except Refusal as refusal:
        raise Refusal(refusal.code, **{**refusal.details, "field": field}) from None


@contextmanager
def refusing_clashes(code: str, **details: object) -> Iterator[None]:
    """What the database's constraints forbid inside becomes Refusal(code).

    They decide where two write at once and each has checked before the other committed.
    """
    try:
        yield
        session.flush()
    except IntegrityError as clash:
        raise Refusal(code, **details) from clash


def delete_row(row: Base, code: str) -> None:
    """Delete it; Refusal(code) while other rows refer to it."""
    with refusing_clashes(code):
        session.delete(row)


def changes(row: Base, **values: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set the values that differ; returns what they were and are, for the audit trail."""
    before = {
        name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value
    }
    after = {name: values[name] for name in before}
    for name, value in after.items():
        setattr(row, name, value)
    return before, after


def _chosen(table: type[RowT], row_id: int, what: str) -> RowT:
    """Locked against deletion, so that what is written now does not refer to nothing."""
    row = session.get(table, row_id, with_for_update={"of": table, "read": True})
    if row is None:
        raise Refusal(f"{what}_unknown", field=f"{what}_id")
    return row
