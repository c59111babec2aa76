"""Counting calls by number, in Japan's days."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.domain import japan_days
from app.domain.call_flow import CallState
from app.models import call_counts
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import account_scope
from tests.support import factories

DAY = date(2025, 2, 21)
SPAN = (japan_days.day_start_utc(DAY), japan_days.day_end_utc(DAY))
NOON = datetime(2025, 2, 21, 3, 0, tzinfo=UTC)


@pytest.fixture
def number(db: object) -> IncomingNumber:
    return factories.incoming_number(factories.account())


def test_every_call_counts_once_however_it_ended(number: IncomingNumber) -> None:
    for state in CallState:
        factories.call(number, state=state, recipient=None, started_at=NOON)
    with account_scope(number.account_id):
        assert call_counts.by_number(*SPAN) == {number.id: len(CallState)}


@pytest.mark.parametrize(
    ("moment", "counted"),
    [
        (datetime(2025, 2, 20, 14, 59, 59, 999999, tzinfo=UTC), 0),
        (datetime(2025, 2, 20, 15, 0, 0, tzinfo=UTC), 1),
        (datetime(2025, 2, 21, 14, 59, 59, 999999, tzinfo=UTC), 1),
        (datetime(2025, 2, 21, 15, 0, 0, tzinfo=UTC), 0),
    ],
)
def test_a_day_begins_at_midnight_in_japan(
    number: IncomingNumber, moment: datetime, counted: int
) -> None:
    factories.call(number, started_at=moment)
    with account_scope(number.account_id):
        assert call_counts.by_number(*SPAN).get(number.id, 0) == counted


def test_one_number_and_no_stranger(number: IncomingNumber) -> None:
    other = factories.incoming_number(factories.account())
    for called in (number, other, other):
        factories.call(called, started_at=NOON)
    with account_scope(number.account_id):
        assert call_counts.by_number(*SPAN) == {number.id: 1}
        assert call_counts.by_number(*SPAN, number_id=number.id) == {number.id: 1}
        assert call_counts.by_number(*SPAN, number_id=other.id) == {}
