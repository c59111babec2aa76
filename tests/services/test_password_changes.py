"""A new password: its rules, the ones before, and what it ends (SPEC §4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.domain import passwords
from app.domain.passwords import PasswordRule
from app.domain.refusals import Refusal
from app.models.database import session, transaction
from app.models.password_history import PasswordHistory
from app.models.user import User
from app.services.password_changes import change_password, give_temporary_password
from tests.services.sign_in_support import NEW, WRONG, attempt, change, now_of, recorded
from tests.support import factories

pytestmark = pytest.mark.usefixtures("db", "quick_hash")


def refused(who: User, current: str, new: str) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        change_password(who.id, current, new)
    return refusal.value


def test_a_change_replaces_the_password_and_ends_sessions(frozen: time_machine.Traveller) -> None:
    who = factories.user()
    change(who, password_is_temporary=True, failed_sign_ins=3)
    frozen.shift(timedelta(days=1))
    change_password(who.id, factories.PASSWORD, NEW)
    row = now_of(who)
    assert passwords.is_right(NEW, row.password_hash)
    assert row.password_set_at == clock.now()
    assert not row.password_is_temporary
    assert row.failed_sign_ins == 0
    assert row.session_epoch == who.session_epoch + 1
    assert recorded() == [("password.change", "")]


def test_the_rules_are_kept_by_the_server() -> None:
    who = factories.user("hanako@example.jp")
    refusal = refused(who, factories.PASSWORD, "Hanako-1")
    assert refusal.code == "password_rules"
    assert refusal.details == {"broken": (PasswordRule.LENGTH, PasswordRule.NOT_MAIL_NAME)}
    assert now_of(who).session_epoch == who.session_epoch
    assert recorded() == []


@pytest.mark.parametrize(
    "password", ["Kurosaki2026!", "Midoriya-24", "Sapporoten-2", "Password2026!"]
)
def test_words_that_others_know_of_him_are_guessed(password: str) -> None:
    who = factories.user()
    change(who, name="Kurosaki Hanako")
    company = factories.company("Midoriya Foods")
    factories.membership(who, factories.account("Sapporoten", of=company))
    refusal = refused(who, factories.PASSWORD, password)
    assert refusal.details == {"broken": (PasswordRule.NOT_GUESSABLE,)}
    assert now_of(who).session_epoch == who.session_epoch
    if password != "Password2026!":
        change_password(factories.user().id, factories.PASSWORD, password)


def test_none_of_the_last_three_is_taken_again() -> None:
    who = factories.user()
    first, second, third, fourth = (f"Passw0rd-number-{number}" for number in range(4))
    change_password(who.id, factories.PASSWORD, first)
    change_password(who.id, first, second)
    for earlier in (second, first, factories.PASSWORD):
        assert refused(who, second, earlier).code == "password_used_before"
    change_password(who.id, second, third)
    assert refused(who, third, first).code == "password_used_before"
    change_password(who.id, third, fourth)
    change_password(who.id, fourth, first)
    kept = session.scalar(select(func.count()).where(PasswordHistory.user_id == who.id))
    assert kept == 2, "hashes that are asked for no more are not kept"


def test_a_wrong_current_password_counts_towards_the_lock() -> None:
    who = factories.user()
    for _ in range(5):
        assert refused(who, WRONG, NEW).code == "wrong_current_password"
    assert refused(who, factories.PASSWORD, NEW).code == "locked"
    with pytest.raises(Refusal, match="locked"):
        attempt(who.mail_address)
    assert now_of(who).session_epoch == who.session_epoch


def test_a_temporary_password_replaces_all_and_must_be_changed() -> None:
    who = factories.user()
    change(who, failed_sign_ins=5, locked_until=clock.now() + timedelta(minutes=10))
    with transaction():
        given = give_temporary_password(session.get_one(User, who.id))
    assert now_of(who).session_epoch == who.session_epoch + 1
    assert attempt(who.mail_address, given).must_change_password
    with pytest.raises(Refusal, match="wrong_credentials"):
        attempt(who.mail_address)
    assert refused(who, given, given).code == "password_used_before"
    assert refused(who, given, factories.PASSWORD).code == "password_used_before"
    change_password(who.id, given, NEW)
    assert not attempt(who.mail_address, NEW).must_change_password
