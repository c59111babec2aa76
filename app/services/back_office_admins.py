"""企業管理者: only our own staff gives this role and takes it away (a company can't)."""

from __future__ import annotations

from app.domain.refusals import Refusal
from app.domain.roles import Role
from app.models import membership as membership_table
from app.models import user as user_table
from app.models.database import session, transaction
from app.models.membership import Membership
from app.services import audit
from app.services.back_office_writes import (
    company_user,
    existing_account,
    locked,
    refusing_clashes,
)


def make_company_admin(*, mail_address: str, account_id: int) -> int:
    """Give a user who is there already the role in the account, instead of one he may have there.

    Returns the membership's id. Raises Refusal("user_unknown") for an address that is nobody's or a
    deleted user's, "role_held_already" and "account_unknown".
    """
    with transaction():
        found = user_table.by_mail_address(mail_address)
        if found is None or found.is_operator or found.deleted_at is not None:
            raise Refusal("user_unknown", field="mail_address")
        user = company_user(found.id)
        account = existing_account(account_id)
        membership = membership_table.of_user_in_account(user.id, account.id)
        before = membership.role.value if membership else None
        if before == Role.COMPANY_ADMIN:
            raise Refusal("role_held_already", field="account_id")
        if membership is None:
            membership = Membership(user_id=user.id, account_id=account.id)
            session.add(membership)
        with refusing_clashes("changed_meanwhile"):
            membership.role = Role.COMPANY_ADMIN
        audit.record(
            "membership.company_admin",
            user.mail_address,
            before={"account": account.name, "role": before},
            after={"account": account.name, "role": Role.COMPANY_ADMIN.value},
            company_id=account.company_id,
        )
        return membership.id


def revoke_company_admin(membership_id: int) -> None:
    """Take the user out of the account. Raises Refusal("row_gone")."""
    with transaction():
        membership = locked(Membership, membership_id)
        if membership.role is not Role.COMPANY_ADMIN:
            raise Refusal("row_gone")
        account = existing_account(membership.account_id)
        audit.record(
            "membership.delete",
            membership.user.mail_address,
            before={"account": account.name, "role": membership.role.value},
            company_id=account.company_id,
        )
        session.delete(membership)
