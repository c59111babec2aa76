"""着信件数: how many calls reached each number of the account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from app.models.call import Call
from app.models.database import session


def by_number(since: datetime, until: datetime, number_id: int | None = None) -> Mapping[int, int]:
    """Calls begun at `since` or later and before `until` (UTC), by the id of their number; numbers
    with none are absent."""
    query = (
        select(Call.incoming_number_id, func.count())
        .where(
            Call.started_at >= since, Call.started_at < until, Call.incoming_number_id.is_not(None)
        )
        .group_by(Call.incoming_number_id)
    )
    if number_id is not None:
        query = query.where(Call.incoming_number_id == number_id)
    return {found: count for found, count in session.execute(query) if found is not None}
