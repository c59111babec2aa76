"""What our own staff does with users: guarded, and told to their companies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from app import clock
from app.domain import passwords
from app.domain.roles import Role
from app.models.database import session, transaction
from app.models.mail import Mail
from app.models.membership import Membership
from app.models.password_reset import PasswordReset
from app.models.user import User
from app.services import (
    back_office_admins,
    back_office_users,
)
from app.services.back_office_operators import create_operator
from tests.services.back_office_support import refused, trail
from tests.support import factories

pytestmark = pytest.mark.usefixtures("db", "everywhere")


def test_a_company_admin_gets_a_temporary_password_by_mail(told: list[int]) -> None:
    account = factories.account()
    create = back_office_users.create_company_admin
    row = create(mail_address=" Sato@example.jp ", name="佐藤", account_id=account.id)
    user = session.get_one(User, row)
    assert (user.mail_address, user.password_is_temporary) == ("sato@example.jp", True)
    (mail,) = session.scalars(select(Mail)).all()
    assert told == [mail.id]
    likely = {word for word in mail.body.split() if not passwords.broken_rules(word, "")}
    assert any(passwords.is_right(word, user.password_hash) for word in likely)
    assert [action for action, _ in trail()][-1] == "user.create"
    refused(
        "mail_address_taken",
        lambda: create(mail_address="SATO@example.jp", name="他人", account_id=account.id),
    )
    for unreadable in (
        "",
        "x",
        "a@b",
        "a b@example.jp",
        "a@@example.jp",
        "佐藤@example.jp",
        "a@x..jp",
    ):
        refused(
            "mail_address_wrong",
            lambda: create(mail_address=unreadable, name="佐藤", account_id=account.id),  # noqa: B023
        )
    refused("account_unknown", lambda: create(mail_address="b@x.jp", name="b", account_id=999))
    assert len(told) == 1


def test_what_is_done_to_a_user_ends_his_sessions_and_is_told_to_his_company() -> None:
    account = factories.account()
    user = factories.member_of(account)
    with transaction():
        session.get_one(User, user.id).locked_until = clock.now() + timedelta(minutes=30)
    back_office_users.unlock_user(user.id)
    assert session.get_one(User, user.id).locked_until is None
    back_office_users.suspend_user(user.id)
    back_office_users.resume_user(user.id)
    back_office_users.delete_user(user.id)
    back_office_users.restore_user(user.id)
    back_office_users.rename_user(user.id, name="新しい名前")
    stored = session.get_one(User, user.id)
    assert (stored.is_active, stored.deleted_at, stored.name) == (True, None, "新しい名前")
    assert stored.session_epoch == 2
    assert trail() == [
        (f"user.{verb}", account.company_id)
        for verb in ("unlock", "suspend", "resume", "delete", "restore", "update")
    ]


@pytest.mark.parametrize("end", [back_office_users.suspend_user, back_office_users.delete_user])
def test_who_is_suspended_or_deleted_sets_no_password_by_an_older_mail(
    told: list[int], end: Callable[[int], None]
) -> None:
    user = factories.member_of(factories.account())
    back_office_users.reset_password(user.id)
    end(user.id)
    (reset,) = session.scalars(select(PasswordReset))
    assert reset.ended_at is not None
    back_office_users.resume_user(user.id)
    back_office_users.restore_user(user.id)
    session.expire_all()
    assert reset.ended_at is not None, "and not when he is back either"


def test_a_reset_is_mailed_only_to_who_may_sign_in(told: list[int]) -> None:
    user = factories.member_of(factories.account())
    back_office_users.reset_password(user.id)
    assert len(told) == 1
    back_office_users.suspend_user(user.id)
    refused("user_cannot_sign_in", lambda: back_office_users.reset_password(user.id))


def test_the_second_factor_is_removed() -> None:
    user = factories.member_of(factories.account())
    with transaction():
        session.get_one(User, user.id).totp_secret = "A" * 32
    back_office_users.remove_second_factor(user.id)
    assert session.get_one(User, user.id).totp_secret is None


def test_operators_are_out_of_reach() -> None:
    operator = factories.user(is_operator=True)
    for write in (
        back_office_users.suspend_user,
        back_office_users.delete_user,
        back_office_users.reset_password,
    ):
        refused("row_gone", lambda: write(operator.id))  # noqa: B023


def test_the_role_of_company_admin_is_given_and_taken() -> None:
    account, other = factories.account(), factories.account()
    user = factories.member_of(account, Role.MEMBER)
    make = back_office_admins.make_company_admin
    row = make(mail_address=user.mail_address.upper(), account_id=account.id)
    make(mail_address=user.mail_address, account_id=other.id)
    assert set(session.scalars(select(Membership.role))) == {Role.COMPANY_ADMIN}
    refused(
        "role_held_already", lambda: make(mail_address=user.mail_address, account_id=account.id)
    )
    back_office_admins.revoke_company_admin(row)
    refused("row_gone", lambda: back_office_admins.revoke_company_admin(row))
    member = factories.membership(user, account, Role.MEMBER)
    refused("row_gone", lambda: back_office_admins.revoke_company_admin(member.id))
    operator = factories.user(is_operator=True)
    for nobody in ("nobody@example.jp", operator.mail_address):
        refused("user_unknown", lambda: make(mail_address=nobody, account_id=account.id))  # noqa: B023
    refused("account_unknown", lambda: make(mail_address=user.mail_address, account_id=999))


def test_an_operator_is_made_with_a_temporary_password(db: Engine) -> None:
    password = create_operator(mail_address="ops@example.jp", name="運用 花子")
    (user,) = session.scalars(select(User)).all()
    assert user.is_operator
    assert user.password_is_temporary
    assert passwords.is_right(password, user.password_hash)
    refused("mail_address_taken", lambda: create_operator(mail_address="OPS@example.jp", name="x"))
