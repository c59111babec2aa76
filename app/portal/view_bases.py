"""What views derive from.

`AccountView` for a company's screens, `BackOfficeView` for generated screens of our own staff.
Ten lines make a new one of those (see back_office/companies.py), with a line in `factory.VIEWS`,
one in `menu.LINKS` and its name in `roles.MENU_OF_OPERATORS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flask import abort, request
from flask_appbuilder import BaseView, ModelView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from werkzeug.wrappers import Response

from app.domain.delivery_columns import screen_time
from app.domain.roles import Right
from app.portal.roles import ACCOUNT, BACK_OFFICE

ViewMethod = TypeVar("ViewMethod", bound=Callable[..., Any])
ROW_ID = "int(max=2147483647)"
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
    its routes for actions, download and deletion, which skip `base_filters`; its generated forms;
    its filters shared between threads; sort columns and page sizes taken from the address
    unchecked (a wrong one is answered with 500).
    """

    class_permission_name = BACK_OFFICE
    include_route_methods = frozenset({"list", "show"})
    page_size = 50
    list_template = "back_office/list.html"
    show_template = "back_office/show.html"

    def _init_forms(self) -> None:
        """No generated forms: this screen only shows."""

    @expose("/")
    @has_access
    def list(self) -> str:
        sort = Sort.from_request(tuple(self.order_columns), self._default_sort())
        filters = self.datamodel.get_filters().add_filter_list(self.base_filters)
        searched = {column: request.args.get(column, "").strip() for column in self.search_columns}
        for column, text in searched.items():
            if text:
                filters.add_filter(column, self.datamodel.FilterContains, text)
        page = page_from_request()
        count, rows = self.datamodel.query(
            filters,
            sort.key,
            "desc" if sort.descending else "asc",
            page=page - 1,
            page_size=self.page_size,
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
            pages=-(-count // self.page_size),
        )

    @expose(f"/<{ROW_ID}:pk>")
    @has_access
    def show(self, pk: int) -> str | Response:
        row = self.datamodel.get(pk, self._base_filters)
        if row is None:
            abort(404)
        return self.render_template(self.show_template, title=self.show_title, view=self, row=row)

    def cell(self, row: Any, column: str) -> str:
        """A value as the page shows it: by `formatters_columns`, times in Japan time."""
        value = self.datamodel.get_values_item(row, [column])[0]
        if column in self.formatters_columns:
            return str(self.formatters_columns[column](value))
        if isinstance(value, datetime):
            return screen_time(value)
        return "" if value is None else str(value)

    def _default_sort(self) -> Sort:
        key, direction = self.base_order
        return Sort(key, direction == "desc")
