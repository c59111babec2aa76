import pytest

from app.domain.roles import OPERATOR, RIGHTS, Right, Role


@pytest.mark.parametrize(
    ("right", "roles"),
    [
        (Right.EDIT_FLOWS, set(Role)),
        (Right.PUBLISH_FLOWS, {Role.COMPANY_ADMIN, Role.SENIOR_ADMIN, Role.ADMIN}),
        (Right.SEE_DELIVERIES, {Role.COMPANY_ADMIN, Role.SENIOR_ADMIN}),
        (Right.MANAGE_USERS, {Role.COMPANY_ADMIN}),
    ],
)
def test_who_may(right: Right, roles: set[Role]) -> None:
    assert {role for role, rights in RIGHTS.items() if right in rights} == roles


def test_no_company_can_give_the_operators_role() -> None:
    assert OPERATOR not in set(Role)
