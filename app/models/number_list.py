"""The account's numbers with what each of them does: one statement for a page of the list."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select

from app.models.database import session
from app.models.flow import Flow
from app.models.flow_version import FlowVersion
from app.models.incoming_number import IncomingNumber


class FlowState(StrEnum):
    """What the column 「フロー」 says: 未登録, 下書き, 公開."""

    NONE = "none"
    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True)
class NumberRow:
    """A row of the list. `number` is E.164; `published_at` is the last publication of the flow
    there now."""

    id: int
    number: str
    label: str
    state: FlowState
    has_unpublished_changes: bool
    published_at: datetime | None


BETWEEN_DIGITS = "-‐‑‒–—―−ー()"
_STATE_ORDER = case((Flow.id.is_(None), 0), (Flow.published_version_id.is_(None), 1), else_=2)
SORT_COLUMNS: dict[str, Any] = {
    "number": IncomingNumber.number,
    "flow": _STATE_ORDER,
    "published_at": FlowVersion.published_at,
}


def page_of_numbers(
    search: str, *, sort: str, descending: bool, offset: int, limit: int
) -> Sequence[NumberRow]:
    """Numbers of the account in scope whose number or label contains `search`, by a key of
    SORT_COLUMNS."""
    column = SORT_COLUMNS[sort]
    order = column.desc() if descending else column.asc()
    rows = session.execute(
        _matching(
            select(IncomingNumber, Flow, FlowVersion)
            .outerjoin(
                Flow, and_(Flow.incoming_number_id == IncomingNumber.id, Flow.deleted_at.is_(None))
            )
            .outerjoin(FlowVersion, FlowVersion.id == Flow.published_version_id),
            search,
        )
        .order_by(order.nulls_last(), IncomingNumber.number)
        .offset(offset)
        .limit(limit)
    )
    return [_row(number, flow, version) for number, flow, version in rows]


def count_numbers(search: str = "") -> int:
    """How many numbers of the account in scope match."""
    return session.scalar(_matching(select(func.count(IncomingNumber.id)), search)) or 0


def _row(number: IncomingNumber, flow: Flow | None, version: FlowVersion | None) -> NumberRow:
    state = (
        FlowState.NONE
        if flow is None
        else FlowState.DRAFT
        if version is None
        else FlowState.PUBLISHED
    )
    return NumberRow(
        id=number.id,
        number=number.number,
        label=number.label,
        state=state,
        has_unpublished_changes=bool(flow and version and version.content != flow.draft),
        published_at=version.published_at if version else None,
    )


def _matching(statement: Select[Any], search: str) -> Select[Any]:
    text = unicodedata.normalize("NFKC", search).strip()
    if not text:
        return statement
    return statement.where(
        or_(
            IncomingNumber.label.icontains(text, autoescape=True),
            *(IncomingNumber.number.contains(digits) for digits in _spellings(text)),
        )
    )


def _spellings(text: str) -> list[str]:
    """What a part of a number (050-3000, 0001, +81 50) may be in E.164; nothing for words."""
    bare = "".join(sign for sign in text if not sign.isspace() and sign not in BETWEEN_DIGITS)
    if not bare.removeprefix("+").isdecimal():
        return []
    return [bare, f"+81{bare[1:]}"] if bare.startswith("0") else [bare]
