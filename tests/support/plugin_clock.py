"""A clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

# A Friday, 09:30 in Tokyo and still Thursday's evening in New York: a wrong day shows.
FROZEN_AT = datetime(2025, 2, 21, 0, 30, tzinfo=UTC)


@pytest.fixture
def frozen() -> Iterator[time_machine.Traveller]:
    """Time stands at FROZEN_AT; `frozen.move_to(moment)` and `frozen.shift(timedelta)` move it."""
    with time_machine.travel(FROZEN_AT, tick=False) as traveller:
        yield traveller
