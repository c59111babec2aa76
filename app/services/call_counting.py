"""Keeping the counts of calls equal to the calls, for as long as those are kept.

A day is counted once it is over and its last calls have ended, all accounts in one transaction that
locks the day: of two workers one waits, and one that dies leaves the day as it was. From then on
only arrivals and followed links change; anything else that differs is a mistake, which is mended
and reported. Before calls are deleted their day is closed: nobody counts it again.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from app import clock
from app.domain import japan_days
from app.domain.call_outcomes import CHANGE_LATER, SUMMED
from app.models import call_count, call_tally, counted_day
from app.models.call_count import CountKey, Counts
from app.models.counted_day import CountedDay
from app.models.database import transaction
from app.models.tenant_scope import all_companies
from app.services import audit

log = logging.getLogger(__name__)

SETTLED_AFTER = timedelta(minutes=10)
"""Longer than any call takes, and than any webhook's transaction waits."""
RECENT_DAYS = 3
"""Nearly all SMS arrive, and nearly all links are followed, within them."""
BACKLOG_DAYS = 31
_LATER = tuple(SUMMED.index(name) for name in CHANGE_LATER)


def days_due() -> list[date]:
    """The days to count now, the last ones first: the recent ones, and some of those that nobody
    has counted yet."""
    with all_companies("every account's calls are counted"):
        first, last = call_tally.first_day(), _last_day()
        if first is None or first > last:
            return []
        uncounted = set(_days(first, last)) - counted_day.counted(first, last)
    recent = set(_days(max(first, last - timedelta(days=RECENT_DAYS - 1)), last))
    backlog = sorted(uncounted - recent, reverse=True)[:BACKLOG_DAYS]
    return sorted(recent, reverse=True) + backlog


def days_kept() -> list[date]:
    """All days that are over and whose calls are still there."""
    with all_companies("every account's calls are counted"):
        first, last = call_tally.first_day(), _last_day()
        if first is None:
            return []
        return sorted(set(_days(first, last)) - counted_day.closed(first, last))


def count_day(day: date) -> None:
    """Make the day's counts equal to its calls, unless it is closed."""
    with all_companies("every account's calls are counted"), transaction():
        _count(day)


def close_days_before(day: date) -> None:
    """Count once more, and for the last time, all days before this one: now their calls may be
    deleted. The day itself stays open, so calls that began on it must stay."""
    for past in days_kept():
        if past < day:
            with all_companies("calls are about to be deleted"), transaction():
                _count(past).closed_at = clock.now()


def corrections() -> int:
    """How many accounts' days were found wrong so far."""
    return counted_day.corrected()


def _count(day: date) -> CountedDay:
    row, is_new = counted_day.lock(day)
    if row.closed_at is not None:
        return row
    counts, stored = call_tally.of_day(day), call_count.of_day(day)
    changed = sorted(key for key in {*counts, *stored} if counts.get(key) != stored.get(key))
    call_count.replace(day, changed, counts)
    row.counted_at = clock.now()
    if not is_new:
        row.corrected += _report_mistakes(day, changed, stored, counts)
    return row


def _report_mistakes(day: date, changed: list[CountKey], stored: Counts, counts: Counts) -> int:
    """Put down what should have stood still; returns of how many accounts."""
    wrong: dict[int, list[CountKey]] = defaultdict(list)
    for key in changed:
        if _lasting(key, stored) != _lasting(key, counts):
            wrong[key.account_id].append(key)
    for account_id, keys in wrong.items():
        before, after = _calls(keys, stored), _calls(keys, counts)
        log.error(
            "the counts of %s in account %d were wrong: %d calls were counted, there are %d",
            day,
            account_id,
            before,
            after,
        )
        audit.record(
            "call_counts.correct",
            day.isoformat(),
            before={"calls": before},
            after={"calls": after},
            actor=replace(audit.THE_SYSTEM, account_id=account_id),
        )
    return len(wrong)


def _lasting(key: CountKey, counts: Counts) -> list[int]:
    """Without what may change later."""
    values = counts.get(key, ())
    return [value for place, value in enumerate(values) if place not in _LATER]


def _calls(keys: list[CountKey], counts: Counts) -> int:
    return sum(counts[key][0] for key in keys if key in counts)


def _last_day() -> date:
    """The last day that is over and settled."""
    return (clock.now() - SETTLED_AFTER).astimezone(japan_days.TOKYO).date() - timedelta(days=1)


def _days(first: date, last: date) -> Iterator[date]:
    for count in range((last - first).days + 1):
        yield first + timedelta(days=count)
