"""A company's admins and its users: what they may not do (SPEC §11)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.refusals import Refusal
from app.domain.roles import Role
from app.models.database import session, transaction
from app.models.membership import Membership
from app.models.user import User
from app.services.company_users import (
    Manager,
    delete_user,
    send_reset,
)
from tests.services.company_users_support import Place, now, roles_of, save
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db")]


def _edit(place: Place, user: User) -> None:
    save(place, user, name="X")


def _delete(place: Place, user: User) -> None:
    delete_user(place.manager, user.id)


def _reset(place: Place, user: User) -> None:
    send_reset(place.manager, user.id)


@pytest.mark.parametrize("verb", [_edit, _delete, _reset])
@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("self", "user_is_self"),
        ("company admin", "user_is_company_admin"),
        ("company admin of another account", "user_is_company_admin"),
        ("foreign", "row_gone"),
        ("operator", "row_gone"),
        ("deleted", "row_gone"),
        ("nobody", "row_gone"),
    ],
)
def test_whom_nobody_touches(
    place: Place, told: list[int], verb: Callable[[Place, User], None], who: str, code: str
) -> None:
    match who:
        case "self":
            target = place.admin
        case "company admin":
            target = factories.member_of(place.head, Role.COMPANY_ADMIN)
        case "company admin of another account":
            target = factories.member_of(place.branch, Role.COMPANY_ADMIN)
        case "foreign":
            target = factories.member_of(place.foreign, Role.MEMBER)
        case "operator":
            target = factories.user(is_operator=True)
        case "deleted":
            target = factories.member_of(place.head, Role.MEMBER)
            delete_user(place.manager, target.id)
        case _:
            target = factories.user()
    before = (vars_of(now(target.id)), roles_of(target.id))
    with pytest.raises(Refusal, match=code):
        verb(place, target)
    assert (vars_of(now(target.id)), roles_of(target.id)) == before
    assert told == []


def vars_of(user: User) -> dict[str, object]:
    return {column.name: getattr(user, column.name) for column in User.__table__.columns}


def test_who_is_no_company_admin_any_more_changes_nothing(place: Place) -> None:
    member = factories.member_of(place.head, Role.MEMBER)
    with transaction():
        session.query(Membership).filter(
            Membership.user_id == place.admin.id
        ).one().role = Role.SENIOR_ADMIN
    for verb in (_edit, _delete, _reset):
        with pytest.raises(Refusal, match="not_company_admin"):
            verb(place, member)


def test_two_admins_at_once_cannot_leave_the_company_without_one(place: Place) -> None:
    """Each tries to delete the other; whatever the order, both stay."""
    second = factories.member_of(place.branch, Role.COMPANY_ADMIN)
    pairs = [(place.admin, second), (second, place.admin)] * 4

    def work(pair: tuple[User, User]) -> str:
        try:
            delete_user(Manager(pair[0].id, place.company.id), pair[1].id)
        except Refusal as refusal:
            return refusal.code
        finally:
            session.remove()
        return "deleted"

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(work, pairs)) == {"user_is_company_admin"}
