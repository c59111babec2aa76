"""What views derive from.

`AccountView` for a company's screens, `BackOfficeView` for generated screens of our own staff.
Ten lines make a new one of those: docs/adding-a-screen.md shows how.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from flask import abort, request
from flask_appbuilder import BaseView, ModelView, expose, has_access
from flask_appbuilder.models.filters import BaseFilter, BaseFilterConverter
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from sqlalchemy import inspect
from sqlalchemy.orm import Query, joinedload, selectinload
from werkzeug.wrappers import Response

from app.domain.delivery_columns import screen_time
from app.domain.one_line import one_line
from app.domain.roles import Right
from app.models.database import session
from app.portal.list_filters import Contains
from app.portal.roles import ACCOUNT, BACK_OFFICE
from app.services import audit

ViewMethod = TypeVar("ViewMethod", bound=Callable[..., Any])
MAX_INTEGER = 2147483647
ROW_ID = f"int(max={MAX_INTEGER})"
"""Route converter of an integer key: what PostgreSQL's integer cannot hold is a 404."""


def needs(right: Right) -> Callable[[ViewMethod], ViewMethod]:
    """Answer only members whose role has the right, others get 403. Put it below `@expose`."""

    def decorate(method: ViewMethod) -> ViewMethod:
        return has_access(permission_name(right.value)(method))

    return decorate


class AccountView(BaseView):
    """A screen of the account in scope; each method says with `@needs(right)` who may use it."""

    class_permission_name = ACCOUNT


@dataclass(frozen=True)
class Sort:
    """By which column a list is sorted."""

    key: str
    descending: bool

    @classmethod
    def from_request(cls, allowed: tuple[str, ...], default: Sort) -> Sort:
        """What `?sort=` and `?descending=` ask for; an unknown column falls back to the default."""
        key = request.args.get("sort", "")
        return cls(key, request.args.get("descending") == "1") if key in allowed else default


def page_from_request() -> int:
    """`?page=`, counted from 1; nonsense is page 1."""
    text = request.args.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


class BackOfficeView(ModelView):
    """A generated, read-only screen: list with search, sort and pages, and one row's page.

    Of Flask-AppBuilder's ModelView it keeps declaration, labels, filters and permissions. Left out:
    its routes for actions, download and deletion, which skip `base_filters`; its generated forms
    (see `editable_view`); its filters shared between threads; sort columns and page sizes taken
    from the address unchecked (a wrong one is answered with 500); its count of the whole table and
    its statement per row. A column may be a path (`account.company.name`): it is loaded with the
    rows.
    """

    class_permission_name = BACK_OFFICE
    include_route_methods = frozenset({"list", "show"})
    page_size = 50
    counted_up_to = 1000
    """Beyond it the list says "1,000 or more", and its last pages are reached by searching."""
    search_filters: ClassVar[Mapping[str, type[BaseFilter]]] = {}
    """How a search column is compared; `Contains` where nothing is said."""
    search_choices: ClassVar[Mapping[str, Mapping[Any, Any]]] = {}
    """The values that a search column is chosen from, with their words."""
    leaves_trail = False
    """Whether each look at these rows is put down in the audit trail."""
    list_template = "back_office/list.html"
    show_template = "back_office/show.html"

    def _init_properties(self) -> None:
        self.datamodel.filter_converter_class = NoFilters
        super()._init_properties()

    def _init_forms(self) -> None:
        """No forms generated from columns."""

    @expose("/")
    @has_access
    def list(self) -> str:
        sort = Sort.from_request(tuple(self.order_columns), self._default_sort())
        searched = {name: one_line(request.args.get(name, "")) for name in self.search_columns}
        self._leave_trail(self.route_base, searched=searched)
        # Counted in order: without, PostgreSQL may look for the rows where there are none for long.
        found = self._found(searched).order_by(*self._order(sort))
        count = found.limit(self.counted_up_to).count()
        pages = max(1, -(-count // self.page_size))
        page = min(page_from_request(), pages)
        rows = (
            found.options(*self._loads(self.list_columns))
            .offset((page - 1) * self.page_size)
            .limit(self.page_size)
            .all()
        )
        return self.render_template(
            self.list_template,
            title=self.list_title,
            view=self,
            rows=rows,
            count=count,
            searched=searched,
            sort=sort,
            page=page,
            pages=pages,
        )

    @expose("/<pk>")
    @has_access
    def show(self, pk: str) -> str | Response:
        row = self._row_or_404(pk)
        self._leave_trail(f"{self.route_base}/{row.id}", row=row)
        return self.render_template(self.show_template, title=self.show_title, view=self, row=row)

    def row_name(self, row: Any) -> str:
        """What the row is called in titles and messages."""
        return str(row)

    def cell(self, row: Any, column: str) -> str:
        """A value as the page shows it: by `formatters_columns`, times in Japan time."""
        value = _at_path(row, column)
        if column in self.formatters_columns:
            return str(self.formatters_columns[column](value))
        if isinstance(value, datetime):
            return screen_time(value)
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        return "" if value is None else str(value)

    def _found(self, searched: Mapping[str, str]) -> Query[Any]:
        """The rows that this screen shows, narrowed by what is searched for."""
        wanted = [tuple(given) for given in self.base_filters]
        for column, text in searched.items():
            value = self._searched_value(column, text)
            if value:
                wanted.append((column, self.search_filters.get(column, Contains), value))
        rows = session.query(self.datamodel.obj)
        for column, narrows, value in wanted:
            rows = narrows(column, self.datamodel).apply(rows, value)
        return rows

    def _searched_value(self, column: str, text: str) -> Any:
        """What is searched for; nothing where it is not one of the column's choices."""
        if column not in self.search_choices:
            return text
        return {str(value): value for value in self.search_choices[column]}.get(text)

    def _row_or_404(self, pk: str) -> Any:
        row = self._row_or_none(pk)
        if row is None:
            abort(404)
        return row

    def _row_or_none(self, pk: str) -> Any:
        """The row of this screen with this key, its shown columns loaded."""
        key = _key(self.datamodel.obj, pk)
        if key is None:
            return None
        rows = self._found({}).options(*self._loads(self.show_columns))
        return rows.filter(self.datamodel.obj.id == key).one_or_none()

    def _leave_trail(
        self, subject: str, *, searched: Mapping[str, str] | None = None, row: Any = None
    ) -> None:
        if self.leaves_trail:
            company = row.account.company_id if row is not None and row.account else None
            used = {name: text for name, text in (searched or {}).items() if text}
            audit.record("operator.view", subject, after=used or None, company_id=company)

    def _loads(self, columns: Iterable[str]) -> Iterable[Any]:
        """Loads what the columns name on other tables in the statement of the rows."""
        for column in columns:
            load: Any = None
            table = self.datamodel.obj
            for name in column.split("."):
                relation = inspect(table).relationships.get(name)
                if relation is None:
                    break
                step = getattr(table, name)
                join = "selectinload" if relation.uselist else "joinedload"
                load = getattr(load, join)(step) if load else LOADERS[join](step)
                table = relation.mapper.class_
            if load is not None:
                yield load

    def _order(self, sort: Sort) -> tuple[Any, ...]:
        column = getattr(self.datamodel.obj, sort.key)
        key = self.datamodel.obj.id
        return (column.desc(), key.desc()) if sort.descending else (column.asc(), key.asc())

    def _default_sort(self) -> Sort:
        key, direction = self.base_order
        return Sort(key, direction == "desc")


class NoFilters(BaseFilterConverter):
    """No filters made for every column in advance, and no complaint about columns without any."""

    def convert(self, _column: str) -> None:
        return None


LOADERS = {"joinedload": joinedload, "selectinload": selectinload}


def _at_path(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = None if row is None else getattr(row, name)
    return row


def _key(table: Any, text: str) -> int | uuid.UUID | None:
    """The key in an address; None for what cannot be one."""
    if table.id.type.python_type is uuid.UUID:
        try:
            return uuid.UUID(text)
        except ValueError:
            return None
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_INTEGER))
    return int(text) if is_number and int(text) <= MAX_INTEGER else None
