"""企業, as our own staff keeps them."""

from __future__ import annotations

from app.models.company import Company
from app.models.database import session, transaction
from app.services import audit
from app.services.back_office_writes import (
    changes,
    delete_row,
    locked,
    refusing_clashes,
    tidy_name,
)


def create_company(*, name: str, requires_totp: bool) -> int:
    """Returns its id. Raises Refusal("company_name_taken"), and as `tidy_name`.

    The entry of the audit trail is not the company's own: it would keep a company created by
    mistake from being deleted.
    """
    with transaction():
        company = Company(name=tidy_name(name), requires_totp=requires_totp)
        with refusing_clashes("company_name_taken", field="name"):
            session.add(company)
        audit.record(
            "company.create",
            company.name,
            after={"name": company.name, "requires_totp": requires_totp},
        )
        return company.id


def update_company(company_id: int, *, name: str, requires_totp: bool) -> None:
    """Raises as `create_company`, and Refusal("row_gone")."""
    with transaction():
        company = locked(Company, company_id)
        with refusing_clashes("company_name_taken", field="name"):
            before, after = changes(company, name=tidy_name(name), requires_totp=requires_totp)
        audit.record(
            "company.update", company.name, before=before, after=after, company_id=company_id
        )


def delete_company(company_id: int) -> None:
    """Raises Refusal("company_in_use") once it has accounts, IP ranges or a past in the audit
    trail, which is kept."""
    with transaction():
        company = locked(Company, company_id)
        audit.record("company.delete", company.name, before={"name": company.name})
        delete_row(company, "company_in_use")
