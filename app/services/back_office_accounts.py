"""アカウント, as our own staff keeps them."""

from __future__ import annotations

from app.models.account import Account
from app.models.database import session, transaction
from app.services import audit
from app.services.back_office_writes import (
    changes,
    delete_row,
    existing_company,
    locked,
    refusing_clashes,
    tidy_name,
)


def create_account(*, company_id: int, name: str) -> int:
    """Returns its id. Raises Refusal("account_name_taken"): names are unique in a company;
    "company_unknown", and as `tidy_name`."""
    with transaction():
        company = existing_company(company_id)
        account = Account(company_id=company.id, name=tidy_name(name))
        with refusing_clashes("account_name_taken", field="name"):
            session.add(account)
        audit.record(
            "account.create", account.name, after={"name": account.name}, company_id=company.id
        )
        return account.id


def update_account(
    account_id: int,
    *,
    name: str,
    may_members_delete_published: bool,
    has_softbank_sender: bool,
    resends_automatically: bool,
) -> None:
    """Raises as `create_account`, and Refusal("row_gone")."""
    with transaction():
        account = locked(Account, account_id)
        with refusing_clashes("account_name_taken", field="name"):
            before, after = changes(
                account,
                name=tidy_name(name),
                may_members_delete_published=may_members_delete_published,
                has_softbank_sender=has_softbank_sender,
                resends_automatically=resends_automatically,
            )
        audit.record(
            "account.update",
            account.name,
            before=before,
            after=after,
            company_id=account.company_id,
        )


def delete_account(account_id: int) -> None:
    """Raises Refusal("account_in_use") while it has numbers, members, calls or a past in the audit
    trail."""
    with transaction():
        account = locked(Account, account_id)
        company_id, name = account.company_id, account.name
        audit.record("account.delete", name, before={"name": name}, company_id=company_id)
        delete_row(account, "account_in_use")
