"""What the generated screens of calls and messages have in common."""

from __future__ import annotations

from typing import Any

from app.domain import phone_numbers
from app.portal.view_bases import BackOfficeView


class LogView(BackOfficeView):
    """Rows that come by themselves and are only looked at, by our own staff, who leave a trace."""

    leaves_trail = True
    order_columns = ("id",)  # time-ordered, and the only order that has an index over all accounts
    base_order = ("id", "desc")

    def row_name(self, row: Any) -> str:
        return f"{self.show_title} {row.id}"


def shown_number(number: str | None) -> str:
    """A number as people read it; nothing for a withheld one."""
    return phone_numbers.display(number) if number else ""
