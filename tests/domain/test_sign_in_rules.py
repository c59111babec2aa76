"""How long a password is good (SPEC §4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.sign_in_rules import is_locked, must_change_password, temporary_has_expired

NOW = datetime(2025, 2, 21, 0, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("age", "is_temporary", "must"),
    [
        (timedelta(0), False, False),
        (timedelta(days=90) - MOMENT, False, False),
        (timedelta(days=90), False, True),
        (timedelta(0), True, True),
    ],
)
def test_a_password_has_to_be_changed(age: timedelta, is_temporary: bool, must: bool) -> None:
    assert must_change_password(set_at=NOW - age, is_temporary=is_temporary, now=NOW) is must


@pytest.mark.parametrize(
    ("age", "is_temporary", "expired"),
    [
        (timedelta(days=14) - MOMENT, True, False),
        (timedelta(days=14), True, True),
        (timedelta(days=14), False, False),
    ],
)
def test_a_temporary_password_runs_out(age: timedelta, is_temporary: bool, expired: bool) -> None:
    assert temporary_has_expired(set_at=NOW - age, is_temporary=is_temporary, now=NOW) is expired


def test_a_lock_opens_by_itself() -> None:
    assert is_locked(NOW + MOMENT, NOW)
    assert not is_locked(NOW, NOW)
    assert not is_locked(None, NOW)
