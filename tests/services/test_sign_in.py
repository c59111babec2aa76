"""Signing in: the lock, temporary passwords, and what a refusal gives away (SPEC §4)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from sqlalchemy import Engine, event

from app import clock
from app.domain import passwords
from app.domain.refusals import Refusal
from app.domain.roles import Role
from app.models.user import User
from app.services.sign_in import SignedIn
from tests.services.sign_in_support import (
    ADDRESS,
    WRONG,
    actor_of_last,
    attempt,
    change,
    now_of,
    recorded,
)
from tests.support import factories
from tests.support.parallel import at_once

pytestmark = pytest.mark.usefixtures("db", "quick_hash")
GUESSES = 200


def refused(mail_address: str, password: str = factories.PASSWORD) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        attempt(mail_address, password)
    return refusal.value


def lock(who: User) -> None:
    for _ in range(5):
        assert refused(who.mail_address, WRONG).code == "wrong_credentials"


def test_the_right_password() -> None:
    where = factories.account()
    who = factories.member_of(where)
    assert attempt(who.mail_address) == SignedIn(who.id, 0, False, False)
    assert now_of(who).last_sign_in_at is not None
    assert recorded() == [("sign_in", "")]
    actor = actor_of_last()
    assert (actor.user_id, actor.address, actor.company_id) == (who.id, ADDRESS, where.company_id)


def test_whatever_does_not_fit_is_refused_alike_and_recorded_with_its_reason() -> None:
    who = factories.user()
    suspended = factories.user(is_active=False)
    deleted = factories.user()
    change(deleted, deleted_at=clock.now())
    for mail_address, password in (
        (who.mail_address, WRONG),
        ("nobody@example.jp", WRONG),
        ("My-Passw0rd-by-mistake", WRONG),
        (suspended.mail_address, factories.PASSWORD),
        (deleted.mail_address, factories.PASSWORD),
    ):
        refusal = refused(mail_address, password)
        assert (refusal.code, refusal.details) == ("wrong_credentials", {})
    assert recorded() == [
        ("sign_in.failed", "wrong_password"),
        ("sign_in.failed", "unknown_address"),
        ("sign_in.failed", "unknown_address"),
        ("sign_in.failed", "suspended"),
        ("sign_in.failed", "deleted"),
    ]


def test_what_is_no_mail_address_is_not_kept() -> None:
    refused("My-Passw0rd-by-mistake")
    assert actor_of_last().mail_address == ""


def test_an_unknown_address_costs_the_same_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash is what takes long: it is computed once, whatever the address is."""
    checked = []
    is_right = passwords.is_right
    monkeypatch.setattr(
        passwords, "is_right", lambda given, stored: checked.append(1) or is_right(given, stored)
    )
    refused(factories.user().mail_address, WRONG)
    refused("nobody@example.jp", WRONG)
    refused(factories.user(is_active=False).mail_address, WRONG)
    assert len(checked) == 3


def test_the_hash_is_computed_while_the_database_is_free(
    db: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_transactions: list[str] = []
    event.listen(db, "begin", lambda _connection: open_transactions.append("open"))
    event.listen(db, "commit", lambda _connection: open_transactions.clear())
    event.listen(db, "rollback", lambda _connection: open_transactions.clear())
    seen = []
    monkeypatch.setattr(
        passwords, "is_right", lambda *_: bool(seen.append(list(open_transactions)))
    )
    refused(factories.user().mail_address)
    assert seen == [[]]


def test_five_wrong_passwords_lock_for_30_minutes(frozen: time_machine.Traveller) -> None:
    who = factories.user()
    lock(who)
    locked_until = clock.now() + timedelta(minutes=30)
    assert now_of(who).locked_until == locked_until
    assert [action for action, _ in recorded()].count("sign_in.locked") == 1

    assert refused(who.mail_address, WRONG).code == "wrong_credentials"
    right = refused(who.mail_address)
    assert (right.code, right.details) == ("locked", {"until": locked_until})
    assert recorded()[-1] == ("sign_in.failed", "locked")

    frozen.shift(timedelta(minutes=30) - timedelta(seconds=1))
    assert refused(who.mail_address).code == "locked"
    frozen.shift(timedelta(seconds=1))
    attempt(who.mail_address)
    assert now_of(who).locked_until is None


def test_guesses_during_the_lock_do_not_prolong_it(frozen: time_machine.Traveller) -> None:
    who = factories.user()
    lock(who)
    frozen.shift(timedelta(minutes=29))
    lock(who)
    frozen.shift(timedelta(minutes=1))
    attempt(who.mail_address)


def test_after_the_lock_the_count_begins_anew(frozen: time_machine.Traveller) -> None:
    who = factories.user()
    lock(who)
    frozen.shift(timedelta(minutes=30))
    for _ in range(4):
        refused(who.mail_address, WRONG)
    assert now_of(who).failed_sign_ins == 4
    attempt(who.mail_address)


def test_a_right_password_takes_the_count_back() -> None:
    who = factories.user()
    for _ in range(3):
        for _ in range(4):
            refused(who.mail_address, WRONG)
        attempt(who.mail_address)
    assert now_of(who).failed_sign_ins == 0


def test_others_are_not_locked() -> None:
    lock(factories.user())
    attempt(factories.user().mail_address)


def test_parallel_guesses_are_all_counted_until_the_fifth() -> None:
    who = factories.user()
    answers = at_once(*[partial(attempt, who.mail_address, WRONG)] * GUESSES)
    assert Counter(str(answer) for answer in answers) == {"wrong_credentials": GUESSES}
    row = now_of(who)
    assert row.failed_sign_ins == 5
    assert row.locked_until is not None
    assert [action for action, _ in recorded()].count("sign_in.locked") == 1


def test_the_right_password_among_parallel_guesses_never_lets_more_through() -> None:
    who = factories.user()
    tries = [partial(attempt, who.mail_address, WRONG)] * 20
    answers = at_once(*tries, partial(attempt, who.mail_address))
    assert all(isinstance(answer, Refusal | SignedIn) for answer in answers)
    assert now_of(who).locked_until is not None


@pytest.mark.parametrize(
    ("role", "ask"),
    [
        (Role.MEMBER, "admin"),
        (Role.SENIOR_ADMIN, "admin"),
        (Role.COMPANY_ADMIN, "support"),
        (None, "support"),
    ],
)
def test_a_temporary_password_runs_out_after_14_days(
    frozen: time_machine.Traveller, role: Role | None, ask: str
) -> None:
    who = factories.member_of(factories.account(), role) if role else factories.user()
    change(who, password_is_temporary=True, password_set_at=clock.now())
    frozen.shift(timedelta(days=14) - timedelta(seconds=1))
    assert attempt(who.mail_address).must_change_password
    frozen.shift(timedelta(seconds=1))
    assert refused(who.mail_address).code == f"temporary_expired_ask_{ask}"
    assert refused(who.mail_address, WRONG).code == "wrong_credentials"


def test_after_90_days_the_password_has_to_be_changed(frozen: time_machine.Traveller) -> None:
    who = factories.user()
    frozen.shift(timedelta(days=90) - timedelta(seconds=1))
    assert not attempt(who.mail_address).must_change_password
    frozen.shift(timedelta(seconds=1))
    assert attempt(who.mail_address).must_change_password
