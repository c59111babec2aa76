"""The second factor: codes that work once, recovery codes, the lock (SPEC §4, beyond the guide)."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pyotp
import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.domain.refusals import Refusal
from app.models.company import Company
from app.models.database import session, transaction
from app.models.recovery_code import RecoveryCode, left_of
from app.models.user import User
from app.services import second_factor
from tests.services.sign_in_support import ADDRESS, WRONG, attempt, change, now_of, recorded
from tests.support import factories
from tests.support.parallel import at_once

pytestmark = pytest.mark.usefixtures("db", "quick_hash", "own_key")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
KEY, NEXT_KEY = "the-key-of-today", "the-key-of-tomorrow"


@pytest.fixture
def own_key() -> Iterator[None]:
    before = second_factor._sealer
    second_factor.configure([KEY])
    yield
    second_factor._sealer = before


def code_now(steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(clock.now() + timedelta(seconds=30 * steps))


def enrolled(who: User) -> tuple[str, ...]:
    """With a code of half a minute ago, so that the present one can still be used."""
    return second_factor.enrol(who.id, factories.PASSWORD, SECRET, code_now(-1))


def verify(who: User, code: str) -> None:
    second_factor.verify(who.id, code, address=ADDRESS)


def turn_off(who: User, password: str = factories.PASSWORD, *, operators: bool = False) -> None:
    second_factor.turn_off(who.id, password, operators_need_it=operators)


def refused(who: User, code: str) -> str:
    with pytest.raises(Refusal) as refusal:
        verify(who, code)
    return refusal.value.code


@pytest.fixture
def who(frozen: time_machine.Traveller) -> User:
    return factories.user()


def test_the_sign_in_is_complete_only_with_a_code(who: User) -> None:
    assert not attempt(who.mail_address).needs_second_factor
    enrolled(who)
    before = now_of(who).last_sign_in_at
    assert attempt(who.mail_address).needs_second_factor
    assert recorded() == [("sign_in", ""), ("second_factor.on", "")]
    verify(who, code_now())
    assert recorded()[-1] == ("sign_in", "")
    assert now_of(who).last_sign_in_at == before


def test_a_code_works_once(who: User) -> None:
    enrolled(who)
    verify(who, f" {code_now()[:3]} {code_now()[3:]} ")
    assert refused(who, code_now()) == "wrong_second_factor_code"
    assert refused(who, code_now(-1)) == "wrong_second_factor_code"
    verify(who, code_now(1))


def test_of_the_same_code_at_once_one_passes(who: User) -> None:
    enrolled(who)
    answers = at_once(*[partial(verify, who, code_now())] * 4)
    assert Counter(str(answer) for answer in answers) == {
        "None": 1,
        "wrong_second_factor_code": 3,
    }


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_clock_may_be_wrong_by_half_a_minute_and_no_more(who: User, steps: int) -> None:
    enrolled(who)
    assert refused(who, code_now(steps)) == "wrong_second_factor_code"


def test_wrong_codes_count_towards_the_same_lock(who: User, frozen: time_machine.Traveller) -> None:
    enrolled(who)
    for _ in range(2):
        with pytest.raises(Refusal):
            attempt(who.mail_address, WRONG)
    attempt(who.mail_address)  # the right password alone does not take the count back
    answers = [refused(who, "000000") for _ in range(3)]
    assert answers == ["wrong_second_factor_code"] * 2 + ["locked"]
    assert refused(who, code_now()) == "locked"
    with pytest.raises(Refusal, match="locked"):
        attempt(who.mail_address)
    frozen.shift(timedelta(minutes=30))
    attempt(who.mail_address)
    verify(who, code_now())
    assert now_of(who).failed_sign_ins == 0


def test_each_recovery_code_works_once(who: User) -> None:
    codes = enrolled(who)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}", code) for code in codes)
    verify(who, codes[0].lower().replace("-", " "))
    assert refused(who, codes[0]) == "wrong_second_factor_code"
    assert left_of(who.id) == 9
    kept = session.scalars(select(RecoveryCode.code_hash)).all()
    assert not set(kept) & set(codes)


def test_recovery_codes_are_the_users_own(who: User) -> None:
    other = factories.user()
    codes = enrolled(other)
    enrolled(who)
    assert refused(who, codes[0]) == "wrong_second_factor_code"


@pytest.mark.parametrize(
    ("password", "code", "why"),
    [(WRONG, "", "wrong_current_password"), (factories.PASSWORD, "1", "wrong_second_factor_code")],
)
def test_enrolment_asks_for_password_and_code(
    who: User, password: str, code: str, why: str
) -> None:
    with pytest.raises(Refusal, match=why):
        second_factor.enrol(who.id, password, SECRET, code or code_now())
    assert now_of(who).totp_secret is None


def test_a_second_enrolment_does_not_replace_the_first(who: User) -> None:
    enrolled(who)
    with pytest.raises(Refusal, match="second_factor_is_on"):
        second_factor.enrol(who.id, factories.PASSWORD, second_factor.new_secret(), "123456")
    verify(who, code_now())


def test_switching_off_asks_for_the_password(who: User) -> None:
    enrolled(who)
    with pytest.raises(Refusal, match="wrong_current_password"):
        turn_off(who, WRONG)
    turn_off(who)
    row = now_of(who)
    assert (row.totp_secret, row.totp_last_step) == (None, None)
    assert left_of(who.id) == 0
    assert recorded()[-1] == ("second_factor.off", "")
    assert not attempt(who.mail_address).needs_second_factor


def test_what_a_company_requires_is_not_switched_off(frozen: time_machine.Traveller) -> None:
    where = factories.account()
    member = factories.member_of(where)
    with transaction():
        session.get_one(Company, where.company_id).requires_totp = True
    enrolled(member)
    with pytest.raises(Refusal, match="second_factor_required"):
        turn_off(member)
    assert now_of(member).totp_secret


def test_operators_keep_theirs_where_they_need_it(frozen: time_machine.Traveller) -> None:
    operator = factories.user(is_operator=True)
    enrolled(operator)
    with pytest.raises(Refusal, match="second_factor_required"):
        turn_off(operator, operators=True)
    turn_off(operator)
    assert now_of(operator).totp_secret is None


def test_every_change_ends_the_sessions(who: User) -> None:
    enrolled(who)
    assert now_of(who).session_epoch == 1
    turn_off(who)
    assert now_of(who).session_epoch == 2


def test_the_database_does_not_hold_the_secret(who: User) -> None:
    enrolled(who)
    assert SECRET not in now_of(who).totp_secret


def test_what_was_stored_unsealed_is_sealed_at_its_next_use(who: User) -> None:
    change(who, totp_secret=SECRET)
    verify(who, code_now())
    assert SECRET not in now_of(who).totp_secret
    verify(who, code_now(1))


def test_another_key_takes_the_secrets_over(who: User) -> None:
    enrolled(who)
    second_factor.configure([NEXT_KEY, KEY])
    verify(who, code_now())
    second_factor.configure([NEXT_KEY])
    verify(who, code_now(1))


def test_without_the_key_recovery_codes_are_left(
    who: User, caplog: pytest.LogCaptureFixture
) -> None:
    codes = enrolled(who)
    second_factor.configure([NEXT_KEY])
    assert refused(who, code_now()) == "wrong_second_factor_code"
    assert "SECRET_KEY_FALLBACKS" in caplog.text
    verify(who, codes[0])


def test_shorter_recovery_codes_of_before_still_work(who: User) -> None:
    enrolled(who)
    with transaction():
        digest = hashlib.sha256(b"ABCDEFGHJKMN2345").hexdigest()
        session.add(RecoveryCode(user_id=who.id, code_hash=digest))
    verify(who, "ABCD-EFGH-JKMN-2345")
