"""The account's numbers with what each of them does: one statement for a page of the list."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from app.models.database import session
from app.models.flow import Flow
from app.models.flow_version import FlowVersion
from app.models.incoming_number import IncomingNumber
from app.models.publication_plan import PlanState, PublicationPlan


class FlowState(StrEnum):
    """What the column 「フロー」 says: 未登録, 下書き, 公開."""

    NONE = "none"
    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True)
class NumberRow:
    """A row of the list. `number` is E.164; `published_at` is when callers began to get what they
    get now; `plan_starts_at` the next planned publication, `plan_ends_at` the end of the one that
    runs. `has_history`: the number has, or had, a flow."""

    id: int
    number: str
    label: str
    state: FlowState
    has_unpublished_changes: bool
    published_at: datetime | None
    plan_starts_at: datetime | None
    plan_ends_at: datetime | None
    has_history: bool


BETWEEN_DIGITS = "-‐‑‒–—―−ー()"
_STATE_ORDER = case((Flow.id.is_(None), 0), (Flow.published_version_id.is_(None), 1), else_=2)
_PLAN_STARTS_AT = (
    select(func.min(PublicationPlan.starts_at))
    .where(PublicationPlan.flow_id == Flow.id, PublicationPlan.state == PlanState.WAITING)
    .scalar_subquery()
)
_PLAN_ENDS_AT = (
    select(func.min(PublicationPlan.ends_at))
    .where(PublicationPlan.flow_id == Flow.id, PublicationPlan.state == PlanState.RUNNING)
    .scalar_subquery()
)
_EARLIER = aliased(Flow)
_HAS_HISTORY = select(_EARLIER.id).where(_EARLIER.incoming_number_id == IncomingNumber.id).exists()
SORT_COLUMNS: dict[str, Any] = {
    "number": IncomingNumber.number,
    "flow": _STATE_ORDER,
    "published_at": Flow.published_at,
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
            select(IncomingNumber, Flow, FlowVersion, _PLAN_STARTS_AT, _PLAN_ENDS_AT, _HAS_HISTORY)
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
    return [_row(*row) for row in rows]


def count_numbers(search: str = "") -> int:
    """How many numbers of the account in scope match."""
    return session.scalar(_matching(select(func.count(IncomingNumber.id)), search)) or 0


def _row(
    number: IncomingNumber,
    flow: Flow | None,
    version: FlowVersion | None,
    plan_starts_at: datetime | None,
    plan_ends_at: datetime | None,
    has_history: bool,
) -> NumberRow:
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
        published_at=flow.published_at if flow else None,
        plan_starts_at=plan_starts_at,
        plan_ends_at=plan_ends_at,
        has_history=has_history,
    )


def _matching(statement: Select[Any], search: str) -> Select[Any]:
    text = unicodedata.normalize("NFKC", search).strip()
    if not text:
        return statement
    return statement.where(
        or_(
            IncomingNumber.label.icontains(text, autoescape=True),
            *(IncomingNumber.number.contains(digits) for digits in spellings(text)),
        )
    )


def spellings(text: str) -> list[str]:
    """What a part of a number (050-3000, 0001, +81 50) may be in E.164; nothing for words."""
    text = unicodedata.normalize("NFKC", text)
    bare = "".join(sign for sign in text if not sign.isspace() and sign not in BETWEEN_DIGITS)
    if not bare.removeprefix("+").isdecimal():
        return []
    return [bare, f"+81{bare[1:]}"] if bare.startswith("0") else [bare]
