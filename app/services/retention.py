"""Calls, their SMS and what people did with them are kept for so many months, then deleted."""

from __future__ import annotations

from app.domain import japan_days
from app.models import past_calls
from app.models.database import transaction
from app.models.log_pages import Place
from app.models.tenant_scope import all_companies
from app.services import call_counting

BATCH = 1_000
"""Calls in a transaction: docs/decisions/0014 has the measurement."""


def close_counts(months_kept: int) -> None:
    """Before the first batch: the counts of the days whose calls will be gone stay as they are."""
    call_counting.close_days_before(japan_days.months_before(japan_days.today(), months_kept))


def delete_batch(months_kept: int, after: Place | None) -> Place | None:
    """Delete the oldest calls that follow `after`, unless their SMS may still be handed over;
    returns the last one looked at, None when nothing is left to delete.

    The day `months_kept` months ago, in Japan, is the first that stays. Dead halfway, the next
    run begins with what is left. Two at once take different calls.
    """
    first_day = japan_days.months_before(japan_days.today(), months_kept)
    with all_companies("retention"), transaction():
        calls = past_calls.lock_oldest(japan_days.day_start_utc(first_day), after, BATCH)
        past_calls.delete_all([place.id for place in calls])
    return calls[-1] if calls else None
