"""What the generated screens of calls and messages have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, select, union_all
from sqlalchemy.orm import Query

from app.domain import phone_numbers
from app.models.account import Account
from app.models.database import session
from app.portal.list_filters import named
from app.portal.view_bases import BackOfficeView

MOST_WAYS = 20


class LogView(BackOfficeView):
    """Rows that come by themselves and are only looked at, by our own staff, who leave a trace.

    With millions of rows, no plan is good for each number and account there may be: one has a row,
    another a million. So what the list can show at most is taken from each index that leads to such
    rows, newest first, and only those rows are sorted.
    """

    leaves_trail = True
    order_columns = ("id",)
    base_order = ("id", "desc")  # time-ordered
    moment: ClassVar[str]
    """The column of the row's time, in which its indexes are ordered."""
    number_column: ClassVar[str]
    """The search field of a phone number."""

    def ways_to_number(self, number: str) -> Sequence[ColumnElement[bool]]:
        """Conditions, each with an index, that find all rows with this number (E.164)."""
        raise NotImplementedError

    def ways_to_accounts(self, ids: Sequence[int]) -> Sequence[ColumnElement[bool]]:
        """Conditions, each with an index, that find all rows of these accounts."""
        raise NotImplementedError

    def row_name(self, row: Any) -> str:
        return f"{self.show_title} {row.id}"

    def _found(self, searched: Mapping[str, str]) -> Query[Any]:
        number, account = searched.get(self.number_column), searched.get("account")
        if not number and not account:
            return super()._found(searched)
        others = {name: text for name, text in searched.items() if name != self.number_column}
        if number:
            ways = self.ways_to_number(phone_numbers.parse(number) or number)
            return self._newest_of(super()._found(others), ways)
        ids = session.scalars(select(Account.id).where(named(account or "")).limit(MOST_WAYS + 1))
        ways = self.ways_to_accounts(list(ids))
        if len(ways) > MOST_WAYS:
            return super()._found(others)
        del others["account"]
        return self._newest_of(super()._found(others), ways)

    def _newest_of(self, rows: Query[Any], ways: Sequence[ColumnElement[bool]]) -> Query[Any]:
        """Of the rows, as many as are ever counted, by each of the ways."""
        table = self.datamodel.obj
        if not ways:
            return rows.filter(table.id.is_(None))
        newest_first = (getattr(table, self.moment).desc(), table.id.desc())
        ids = rows.with_entities(table.id).order_by(*newest_first)
        found = (ids.filter(way).limit(self.counted_up_to).subquery() for way in ways)
        newest = union_all(*(select(one) for one in found)).subquery()
        ids_shown = select(newest.c.id).distinct().order_by(newest.c.id.desc())
        # Joined: by IN, PostgreSQL would look for a small account's rows along all rows there are.
        shown = ids_shown.limit(self.counted_up_to).subquery()
        return session.query(table).join(shown, shown.c.id == table.id)


def shown_number(number: str | None) -> str:
    """A number as people read it; nothing for a withheld one."""
    return phone_numbers.display(number) if number else ""
