"""「運用者」: an operator gives a colleague who lost his device a way back in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.models.database import session, transaction
from app.models.user import User
from tests.portal.conftest import Visitor
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]
LIST = "/back-office/operators/"


def set_second_factor(who: User, secret: str | None) -> None:
    with transaction():
        session.get_one(User, who.id).totp_secret = secret


def second_factor_of(who: User) -> str | None:
    session.rollback()
    return session.get_one(User, who.id).totp_secret


def test_a_colleague_is_let_in_again(visitor: NewVisitor) -> None:
    boss, colleague = factories.user(is_operator=True), factories.user(is_operator=True)
    operator, his_other_device = visitor().sign_in(boss), visitor().sign_in(colleague)
    set_second_factor(colleague, "sealed")
    page = operator.text(f"{LIST}{colleague.id}")
    assert "Second factor On" in page
    assert "Remove the second factor" in page
    assert "whom you have spoken to" in operator.text(f"{LIST}{colleague.id}/remove-second-factor")
    operator.post(f"{LIST}{colleague.id}/remove-second-factor")
    assert second_factor_of(colleague) is None
    page = operator.text(f"{LIST}{colleague.id}")
    assert "logs in without a second factor" in page
    assert "Remove the second factor" not in page
    assert his_other_device.get("/back-office/companies/").location.startswith("/sign-in")


def test_nobody_gets_rid_of_his_own(visitor: NewVisitor) -> None:
    boss = factories.user(is_operator=True)
    operator = visitor().sign_in(boss)
    operator.get(f"{LIST}{boss.id}/remove-second-factor")
    assert "Remove the second factor" not in operator.text(f"{LIST}{boss.id}")
    operator.post(f"{LIST}{boss.id}/remove-second-factor")
    assert "your own second factor" in operator.text(f"{LIST}{boss.id}")


def test_only_our_own_staff_stands_here(visitor: NewVisitor) -> None:
    user = factories.member_of(factories.account())
    operator = visitor().sign_in(factories.user(is_operator=True))
    assert user.mail_address not in operator.text(LIST)
    assert "1 in all" in operator.text(LIST)
    assert operator.get(f"{LIST}{user.id}").status_code == 404
    assert operator.post(f"{LIST}{user.id}/remove-second-factor").status_code == 404
