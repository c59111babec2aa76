"""着信件数: the calls of the account in scope, by day, number, hour or version of the flow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.domain.call_outcomes import SUMMED, CallSums
from app.models import call_tally, counted_day
from app.models.call_count import HOURS, CallCount
from app.models.database import session


@dataclass(frozen=True)
class FoundCalls:
    """From what is kept; days that nobody has counted yet were counted from their calls (`live`,
    rows as of `call_tally.of_numbers`)."""

    kept: ColumnElement[bool]
    live: Sequence[Any]

    def by(self, *names: str) -> Mapping[Any, CallSums]:
        """By "day", "incoming_number_id" and "flow_version_id": one of them, or a tuple of several.
        What had no calls is absent."""
        keys = [getattr(CallCount, name) for name in names]
        sums = [func.sum(getattr(CallCount, name)) for name in SUMMED]
        kept = session.execute(select(*keys, *sums).where(self.kept).group_by(*keys))
        found = {_key(row[: len(names)]): CallSums(*row[len(names) :]) for row in kept}
        for row in self.live:
            key = _key(tuple(getattr(row, name) for name in names))
            live = CallSums(*(getattr(row, name) for name in SUMMED))
            found[key] = found[key] + live if key in found else live
        return found

    def by_hour(self) -> list[int]:
        """Calls begun in each hour of the day in Japan, 0–23."""
        sums = [func.coalesce(func.sum(getattr(CallCount, name)), 0) for name in HOURS]
        kept = session.execute(select(*sums).where(self.kept)).one()
        return [
            count + sum(getattr(row, name) for row in self.live)
            for name, count in zip(HOURS, kept, strict=True)
        ]


def find(first: date, last: date, number_ids: Collection[int]) -> FoundCalls:
    """Calls of days in Japan, both ends included and over, to these numbers of the account."""
    days = {first + timedelta(days=count) for count in range((last - first).days + 1)}
    missing = days - counted_day.counted(first, last)
    kept = (
        CallCount.day.between(first, last)
        & CallCount.day.not_in(missing)
        & CallCount.incoming_number_id.in_(number_ids)
    )
    live = call_tally.of_numbers(missing, number_ids) if missing and number_ids else ()
    return FoundCalls(kept, live)


def _key(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else tuple(values)
