"""What an operator does for a colleague."""

from __future__ import annotations

import pytest

from app.models import recovery_code
from app.models.database import session, transaction
from app.models.recovery_code import RecoveryCode
from app.models.user import User
from app.services.audit import Actor, acting_as
from app.services.back_office_operators import remove_second_factor
from tests.services.back_office_support import refused, trail
from tests.support import factories

pytestmark = pytest.mark.usefixtures("db")


def with_second_factor(who: User) -> User:
    with transaction():
        row = session.get_one(User, who.id)
        row.totp_secret, row.totp_last_step = "sealed", 7
        session.add(RecoveryCode(user_id=who.id, code_hash="0" * 64))
    return who


def test_a_colleague_loses_second_factor_codes_and_sessions() -> None:
    boss = factories.user(is_operator=True)
    colleague = with_second_factor(factories.user(is_operator=True))
    other = with_second_factor(factories.user(is_operator=True))
    with acting_as(Actor(user_id=boss.id, mail_address=boss.mail_address)):
        remove_second_factor(colleague.id)
    session.rollback()
    row = session.get_one(User, colleague.id)
    assert (row.totp_secret, row.totp_last_step, row.session_epoch) == (None, None, 1)
    assert recovery_code.left_of(colleague.id) == 0
    assert session.get_one(User, other.id).totp_secret == "sealed"
    assert [action for action, _ in trail()] == [
        "second_factor.off",
        "user.remove_second_factor",
    ]


def test_not_his_own() -> None:
    boss = with_second_factor(factories.user(is_operator=True))
    with acting_as(Actor(user_id=boss.id, mail_address=boss.mail_address)):
        refused("own_second_factor", lambda: remove_second_factor(boss.id))
    assert session.get_one(User, boss.id).totp_secret == "sealed"


def test_users_of_companies_are_not_touched_here() -> None:
    user = with_second_factor(factories.user())
    refused("row_gone", lambda: remove_second_factor(user.id))
    refused("row_gone", lambda: remove_second_factor(999_999))
