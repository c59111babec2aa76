"""着信用電話番号, as our own staff issues them to accounts."""

from __future__ import annotations

from app.domain import phone_numbers
from app.domain.refusals import Refusal
from app.models import number_use
from app.models.database import session, transaction
from app.models.incoming_number import IncomingNumber
from app.services import audit, number_labels
from app.services.back_office_writes import (
    beside,
    changes,
    delete_row,
    existing_account,
    locked,
    refusing_clashes,
)

OF_JAPAN = "+81"


def create_number(*, number: str, account_id: int, label: str) -> int:
    """Issue a number, in any customary form, to an account; returns the row's id.

    Raises Refusal("number_unreadable" | "number_taken" | "label_too_long" | "account_unknown").
    """
    e164 = phone_numbers.parse(number)
    if e164 is None or not e164.startswith(OF_JAPAN):
        raise Refusal("number_unreadable", field="number")
    with transaction():
        account = existing_account(account_id)
        row = IncomingNumber(number=e164, account_id=account.id, label=_tidy_label(label))
        with refusing_clashes("number_taken", field="number"):
            session.add(row)
        audit.record(
            "incoming_number.create",
            e164,
            after={"account": account.name, "label": row.label},
            company_id=account.company_id,
        )
        return row.id


def update_number(number_id: int, *, account_id: int, label: str) -> None:
    """Move a number to another account, change its memo.

    Raises Refusal("number_in_use") for moving one that has flows or calls: they stay with the
    account that they belong to. Otherwise as `create_number`, and Refusal("row_gone").
    """
    with transaction():
        row = locked(IncomingNumber, number_id)
        account = existing_account(account_id)
        if row.account_id != account.id and number_use.is_used(row.id):
            raise Refusal("number_in_use", field="account_id")
        before, after = changes(row, account_id=account.id, label=_tidy_label(label))
        audit.record(
            "incoming_number.update",
            row.number,
            before=before,
            after=after,
            company_id=account.company_id,
        )


def delete_number(number_id: int) -> None:
    """Raises Refusal("number_in_use") for one that has, or had, flows or calls."""
    with transaction():
        row = locked(IncomingNumber, number_id)
        account = existing_account(row.account_id)
        audit.record(
            "incoming_number.delete",
            row.number,
            before={"account": account.name, "label": row.label},
            company_id=account.company_id,
        )
        delete_row(row, "number_in_use")


def _tidy_label(label: str) -> str:
    with beside("label"):
        return number_labels.tidy_label(label)
