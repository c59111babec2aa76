"""Sessions: begun, renewed, ended and forgotten."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.models import user_session
from app.models.database import session
from app.models.user import User
from app.models.user_session import UserSession
from app.services import user_sessions
from app.services.user_sessions import Browser
from tests.support import factories
from tests.support.parallel import at_once

pytestmark = pytest.mark.usefixtures("db")
BROWSER = Browser("203.0.113.7", "a browser")


@pytest.fixture
def who(frozen: time_machine.Traveller) -> User:
    return factories.user()


def begun(who: User) -> str:
    return user_sessions.begin(who.id, who.session_epoch, BROWSER)


def row_of(token: str) -> UserSession:
    session.remove()
    found = user_session.with_user(token)
    assert found is not None
    return found[0]


def test_a_renewed_session_keeps_its_beginning_and_ends_the_one_before(
    who: User, frozen: time_machine.Traveller
) -> None:
    began_at = clock.now()
    token = begun(who)
    frozen.shift(timedelta(hours=1))
    renewed = user_sessions.renew(token, BROWSER, second_factor_passed=True)
    assert row_of(token).ended_at == clock.now()
    row = row_of(renewed)
    assert (row.began_at, row.seen_at, row.ended_at) == (began_at, clock.now(), None)
    assert (row.session_epoch, row.second_factor_passed) == (who.session_epoch, True)
    assert row_of(user_sessions.renew(renewed, BROWSER)).second_factor_passed


def test_what_was_ended_meanwhile_is_not_renewed(who: User) -> None:
    token = begun(who)
    user_sessions.end(token)
    assert row_of(user_sessions.renew(token, BROWSER)).ended_at is not None


def test_of_two_renewals_at_once_one_lives(who: User) -> None:
    tokens = at_once(*[partial(user_sessions.renew, begun(who), BROWSER)] * 2)
    assert [row_of(str(token)).ended_at is None for token in tokens].count(True) == 1


def test_a_session_in_place_of_another(who: User) -> None:
    token = begun(who)
    user_sessions.begin(who.id, 0, BROWSER, instead_of=token)
    assert row_of(token).ended_at is not None


def test_activity_does_not_wake_what_has_ended(who: User, frozen: time_machine.Traveller) -> None:
    token = begun(who)
    began_at = clock.now()
    user_sessions.end(token)
    frozen.shift(timedelta(minutes=5))
    user_sessions.note_activity(row_of(token).id)
    row = row_of(token)
    assert (row.seen_at, row.ended_at) == (began_at, began_at)


def test_after_ninety_days_nothing_is_left(who: User, frozen: time_machine.Traveller) -> None:
    begun(who)
    frozen.shift(timedelta(days=90))
    user_sessions.delete_old()
    token = begun(who)
    assert session.scalar(select(func.count(UserSession.id))) == 2
    session.remove()
    frozen.shift(timedelta(seconds=1))
    user_sessions.delete_old()
    assert session.scalar(select(func.count(UserSession.id))) == 1
    assert row_of(token)
