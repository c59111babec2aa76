"""A company's admins and its users: made, changed, deleted, restored (SPEC §11)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain import passwords
from app.domain.refusals import Refusal
from app.domain.roles import Role
from app.models import company_users
from app.models.audit_entry import AuditEntry
from app.models.database import session, transaction
from app.models.mail import Mail
from app.models.membership import Membership
from app.models.password_reset import PasswordReset
from app.models.user import User
from app.services.back_office_users import restore_user
from app.services.company_users import (
    Manager,
    create_user,
    delete_user,
    send_reset,
    state_of,
)
from tests.services.company_users_support import ADDRESS, Place, last_entry, now, roles_of, save
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db")]


def test_a_new_user_gets_a_temporary_password_by_mail(place: Place, told: list[int]) -> None:
    roles = [(place.head.id, Role.ADMIN), (place.branch.id, Role.MEMBER)]
    user_id = create_user(
        place.manager, " Hanako@Example.jp ", "  髙橋　﨑子 \n", roles, is_active=True
    )
    user = now(user_id)
    assert (user.mail_address, user.name, user.is_active) == (ADDRESS, "髙橋 﨑子", True)
    assert user.password_is_temporary
    assert roles_of(user_id) == set(roles)
    mail = session.query(Mail).one()
    assert told == [mail.id]
    assert (mail.recipient, mail.user_id) == (ADDRESS, user_id)
    password = mail.body.split("仮パスワード: ")[1].split("\n")[0]
    assert passwords.is_right(password, user.password_hash)
    entry = last_entry()
    assert (entry.action, entry.subject) == ("user.create", ADDRESS)
    assert entry.after is not None
    assert entry.after["roles"] == [
        {"account": "支店", "role": "member"},
        {"account": "本店", "role": "admin"},
    ]
    assert password not in str(entry.after)


@pytest.mark.parametrize(
    ("mail_address", "name", "code"),
    [
        ("", "A", "mail_address_wrong"),
        ("nobody", "A", "mail_address_wrong"),
        ("a@b", "A", "mail_address_wrong"),
        ("a@example.jp, b@example.jp", "A", "mail_address_wrong"),
        ("a@example.jp\nBcc: b@example.jp", "A", "mail_address_wrong"),
        ("花子@example.jp", "A", "mail_address_wrong"),
        ("a..b@example.jp", "A", "mail_address_wrong"),
        (f"{'a' * 65}@example.jp", "A", "mail_address_wrong"),
        (ADDRESS, " \u3000\n", "name_missing"),
        (ADDRESS, "あ" * 101, "name_too_long"),
    ],
)
def test_a_wrong_address_or_name(place: Place, mail_address: str, name: str, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        create_user(
            place.manager, mail_address, name, [(place.head.id, Role.MEMBER)], is_active=True
        )
    assert session.query(Mail).count() == 0


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        (lambda place: [], "roles_missing"),
        (lambda place: [(place.head.id, Role.COMPANY_ADMIN)], "role_not_given"),
        (lambda place: [(place.foreign.id, Role.MEMBER)], "account_unknown"),
        (lambda place: [(999_999, Role.MEMBER)], "account_unknown"),
        (lambda place: [(place.head.id, Role.MEMBER)] * 2, "account_twice"),
    ],
)
def test_roles_that_a_company_cannot_give(
    place: Place, roles: Callable[[Place], list[tuple[int, Role]]], code: str
) -> None:
    with pytest.raises(Refusal, match=code):
        create_user(place.manager, ADDRESS, "A", roles(place), is_active=True)
    assert session.query(User).filter(User.mail_address == ADDRESS).count() == 0
    member = factories.member_of(place.head, Role.MEMBER)
    with pytest.raises(Refusal, match=code):
        save(place, member, roles=roles(place))
    assert roles_of(member.id) == {(place.head.id, Role.MEMBER)}


@pytest.mark.parametrize(
    ("owner", "code"),
    [
        ("own", "mail_address_in_company"),
        ("own deleted", "mail_address_deleted"),
        ("foreign", "mail_address_unavailable"),
        ("foreign deleted", "mail_address_unavailable"),
        ("operator", "mail_address_unavailable"),
    ],
)
def test_an_address_that_somebody_has(place: Place, owner: str, code: str) -> None:
    who = factories.user("Hanako@example.jp", is_operator=owner == "operator")
    if owner != "operator":
        factories.membership(who, place.head if "own" in owner else place.foreign, Role.MEMBER)
    if "deleted" in owner:
        with transaction():
            session.get_one(User, who.id).deleted_at = who.created_at
    with pytest.raises(Refusal, match=code):
        create_user(place.manager, ADDRESS, "A", [(place.head.id, Role.MEMBER)], is_active=True)
    member = factories.member_of(place.head, Role.MEMBER)
    with pytest.raises(Refusal, match=code):
        save(place, member, mail_address=ADDRESS)
    assert now(member.id).mail_address == member.mail_address


def test_editing_changes_roles_and_says_what(place: Place) -> None:
    member = factories.member_of(place.head, Role.MEMBER)
    save(place, member, name="新しい名", roles=[(place.branch.id, Role.SENIOR_ADMIN)])
    assert roles_of(member.id) == {(place.branch.id, Role.SENIOR_ADMIN)}
    entry = last_entry()
    assert entry.action == "user.update"
    assert entry.before == {"name": member.name, "roles": [{"account": "本店", "role": "member"}]}
    assert entry.after == {
        "name": "新しい名",
        "roles": [{"account": "支店", "role": "senior_admin"}],
    }
    assert now(member.id).session_epoch == member.session_epoch
    count = session.query(AuditEntry).count()
    save(place, now(member.id), roles=[(place.branch.id, Role.SENIOR_ADMIN)])
    assert session.query(AuditEntry).count() == count


def test_the_second_of_two_who_edit_a_user_is_told(place: Place) -> None:
    member = factories.member_of(place.head, Role.MEMBER)
    seen = state_of(place.manager, member)
    save(place, member, is_active=False, seen=seen)
    with pytest.raises(Refusal, match="changed_meanwhile"):
        save(place, now(member.id), name="新しい名", is_active=True, seen=seen)
    assert (now(member.id).name, now(member.id).is_active) == (member.name, False)


def test_suspension_ends_sessions_and_resets(place: Place) -> None:
    member = factories.member_of(place.head, Role.MEMBER)
    send_reset(place.manager, member.id)
    save(place, member, is_active=False)
    user = now(member.id)
    assert not user.is_active
    assert user.session_epoch == member.session_epoch + 1
    assert session.query(PasswordReset).one().ended_at is not None
    with pytest.raises(Refusal, match="user_is_suspended"):
        send_reset(place.manager, member.id)
    save(place, now(member.id), is_active=True)
    assert now(member.id).is_active


def test_a_mistyped_address_of_a_new_user_is_put_right(place: Place) -> None:
    roles = [(place.head.id, Role.MEMBER)]
    user_id = create_user(place.manager, "typo@example.jp", "A", roles, is_active=True)
    first = now(user_id)
    old_hash, old_epoch = first.password_hash, first.session_epoch
    save(place, first, mail_address=ADDRESS)
    user = now(user_id)
    assert user.mail_address == ADDRESS
    assert user.password_hash != old_hash
    assert user.session_epoch > old_epoch
    assert [mail.recipient for mail in session.query(Mail).order_by(Mail.id)] == [
        "typo@example.jp",
        ADDRESS,
    ]


def test_a_deleted_user_is_out_and_comes_back_as_he_was(place: Place) -> None:
    member = factories.member_of(place.head, Role.ADMIN)
    delete_user(place.manager, member.id)
    user = now(member.id)
    assert user.deleted_at is not None
    assert user.session_epoch == member.session_epoch + 1
    assert company_users.user_of_company(place.company.id, member.id) is None
    assert last_entry().action == "user.delete"
    assert last_entry().company_id == place.company.id
    restore_user(member.id)
    assert now(member.id).deleted_at is None
    assert roles_of(member.id) == {(place.head.id, Role.ADMIN)}


def test_a_user_of_two_companies_loses_his_roles_here_only(place: Place) -> None:
    shared = factories.member_of(place.head, Role.MEMBER)
    factories.membership(shared, place.foreign, Role.COMPANY_ADMIN)
    for change in ({"name": "X"}, {"mail_address": ADDRESS}, {"is_active": False}):
        with pytest.raises(Refusal, match="user_is_shared"):
            save(place, shared, **change)
    save(place, shared, roles=[(place.branch.id, Role.ADMIN)])
    assert roles_of(shared.id) == {
        (place.branch.id, Role.ADMIN),
        (place.foreign.id, Role.COMPANY_ADMIN),
    }
    assert "本社" not in str(last_entry().before)
    delete_user(place.manager, shared.id)
    user = now(shared.id)
    assert user.deleted_at is None
    assert user.session_epoch == shared.session_epoch
    assert roles_of(shared.id) == {(place.foreign.id, Role.COMPANY_ADMIN)}
    assert last_entry().action == "user.leave"


def test_a_reset_reaches_one_whose_temporary_password_has_run_out(
    place: Place, told: list[int]
) -> None:
    user_id = create_user(
        place.manager, ADDRESS, "A", [(place.head.id, Role.MEMBER)], is_active=True
    )
    with transaction():
        session.get_one(User, user_id).password_set_at = place.company.created_at.replace(year=2020)
    send_reset(place.manager, user_id)
    assert len(told) == 2
    assert session.get_one(Mail, told[1]).kind == "password_reset"
    assert last_entry().action == "user.reset"


def test_the_same_address_at_the_same_time_makes_one_user(place: Place, told: list[int]) -> None:
    other_admin = factories.member_of(place.foreign, Role.COMPANY_ADMIN)
    managers = [
        (place.manager, place.head.id),
        (Manager(other_admin.id, place.foreign.company_id), place.foreign.id),
    ] * 2

    def work(item: tuple[Manager, int]) -> str:
        try:
            create_user(item[0], ADDRESS, "A", [(item[1], Role.MEMBER)], is_active=True)
        except Refusal as refusal:
            return refusal.code
        finally:
            session.remove()
        return "created"

    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(work, managers))
    assert results.count("created") == 1
    assert set(results) <= {"created", "mail_address_in_company", "mail_address_unavailable"}
    assert len(told) == 1
    assert session.query(Membership).join(User).filter(User.mail_address == ADDRESS).count() == 1
