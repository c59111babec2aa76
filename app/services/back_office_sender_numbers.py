"""送信元表示番号, as our own staff issues them to accounts."""

from __future__ import annotations

import re

from app.domain import phone_numbers
from app.domain.refusals import Refusal
from app.models import number_use
from app.models.database import session, transaction
from app.models.sender_number import SenderNumber
from app.services import audit
from app.services.back_office_writes import (
    existing_account,
    locked,
    refusing_clashes,
)

OF_JAPAN = "+81"
NATIONAL = re.compile("0[0-9]{9,10}")


def create_sender_number(*, digits: str, account_id: int) -> int:
    """Issue a number to an account as the sender that handsets show; returns the row's id.

    Raises Refusal("sender_unreadable") for what is not a Japanese number of 10 or 11 digits,
    "sender_taken" where the account has it already, and "account_unknown".
    """
    national = _national_digits(digits)
    with transaction():
        account = existing_account(account_id)
        row = SenderNumber(account_id=account.id, digits=national)
        with refusing_clashes("sender_taken", field="digits"):
            session.add(row)
        audit.record(
            "sender_number.create",
            national,
            after={"account": account.name},
            company_id=account.company_id,
        )
        return row.id


def delete_sender_number(sender_id: int) -> None:
    """Raises Refusal("sender_in_use") while a flow's draft or published version shows it."""
    with transaction():
        row = locked(SenderNumber, sender_id)
        account = existing_account(row.account_id)
        if row.digits in number_use.senders_in_use(account.id):
            raise Refusal("sender_in_use")
        audit.record(
            "sender_number.delete",
            row.digits,
            before={"account": account.name},
            company_id=account.company_id,
        )
        session.delete(row)


def _national_digits(text: str) -> str:
    e164 = phone_numbers.parse(text) or ""
    digits = f"0{e164.removeprefix(OF_JAPAN)}" if e164.startswith(OF_JAPAN) else ""
    if not NATIONAL.fullmatch(digits):
        raise Refusal("sender_unreadable", field="digits")
    return digits
