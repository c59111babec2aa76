"""着信件数: the calls of the account in scope, by day, number, hour or version of the flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from app.domain.call_outcomes import SUMMED, CallSums
from app.models import call_tally, counted_day
from app.models.call_count import HOURS, CallCount
from app.models.database import session

_SUM = {name: func.sum(getattr(CallCount, name)) for name in (*SUMMED, *HOURS)}


@dataclass(frozen=True)
class FoundCalls:
    """From what is kept; days that nobody has counted yet were counted from their calls (`live`,
    rows as of `call_tally.of_numbers`)."""

    kept: ColumnElement[bool]
    live: Sequence[Any]

    def by(self, *names: str) -> Mapping[Any, CallSums]:
        """By "day", "incoming_number_id" and "flow_version_id": one of them, or a tuple of several.
        What had no calls is absent."""
        return {key: CallSums(*counts) for key, counts in self._summed(SUMMED, *names).items()}

    def calls_by_number(self) -> Mapping[int, int]:
        """By the number's id; one without calls is absent."""
        calls = self._summed(("calls",), "incoming_number_id")
        return {number_id: count for number_id, (count,) in calls.items()}

    def by_day_and_hour(self) -> tuple[Mapping[date, CallSums], Sequence[int]]:
        """By day, as above; and of all these days the calls begun in each hour in Japan, 0–23."""
        days = self._summed((*SUMMED, *HOURS), "day")
        hours = [counts[len(SUMMED) :] for counts in days.values()]
        return (
            {day: CallSums(*counts[: len(SUMMED)]) for day, counts in days.items()},
            [sum(hour) for hour in zip(*hours, strict=True)] or [0] * len(HOURS),
        )

    def _summed(self, columns: Sequence[str], *names: str) -> Mapping[Any, Sequence[int]]:
        keys = [getattr(CallCount, name) for name in names]
        sums = [_SUM[column] for column in columns]
        kept = session.execute(select(*keys, *sums).where(self.kept).group_by(*keys))
        found = {_key(row[: len(names)]): row[len(names) :] for row in kept}
        for row in self.live:
            key = _key(tuple(getattr(row, name) for name in names))
            before = found.get(key, [0] * len(columns))
            live = [getattr(row, column) for column in columns]
            found[key] = [count + more for count, more in zip(before, live, strict=True)]
        return found


def find(first: date, last: date, number_id: int | None = None) -> FoundCalls:
    """Calls of days in Japan, both ends included and over, to one number of the account or to
    all."""
    days = {first + timedelta(days=count) for count in range((last - first).days + 1)}
    missing = days - counted_day.counted(first, last)
    kept: list[ColumnElement[bool]] = [CallCount.day.between(first, last)]
    if missing:
        kept.append(CallCount.day.not_in(missing))
    # To name all numbers would have PostgreSQL look for each on each day.
    if number_id is not None:
        kept.append(CallCount.incoming_number_id == number_id)
    return FoundCalls(and_(*kept), call_tally.of_numbers(missing, number_id) if missing else ())


def _key(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else tuple(values)
