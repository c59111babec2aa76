"""配信停止リスト: the numbers to which an account sends no SMS."""

from __future__ import annotations

from app.domain.refusals import Refusal
from app.domain.suppression import tidy_number
from app.models import suppressed_number
from app.models.database import session, transaction
from app.models.suppressed_number import Reason
from app.services import audit, csv_upload
from app.services.csv_upload import ImportRefused, RowProblem

COLUMNS = ("電話番号",)
MAX_ROWS = 10_000


def suppress_number(account_id: int, text: str) -> str:
    """From now on the account sends nothing to this mobile; returns it in E.164.

    Raises Refusal("not_a_mobile") or "suppressed_already".
    """
    number = tidy_number(text)
    with transaction():
        if not suppressed_number.add_if_new(account_id, [number], Reason.BY_HAND):
            raise Refusal("suppressed_already")
        audit.record("suppression.add", number)
    return number


def import_numbers(account_id: int, content: bytes) -> int:
    """Put the numbers of the file on the list; returns how many were not on it yet.

    Raises Refusal("file_…") for a file that cannot be read at all, ImportRefused naming every wrong
    line: then none is added.
    """
    numbers: dict[str, None] = {}
    problems = []
    for line, cells in csv_upload.rows_of(content, COLUMNS, most=MAX_ROWS):
        try:
            numbers[tidy_number(cells[0])] = None
        except Refusal as refusal:
            problems.append(RowProblem(line, refusal))
    if problems:
        raise ImportRefused(problems)
    with transaction():
        added = suppressed_number.add_if_new(account_id, list(numbers), Reason.FILE)
        audit.record("suppression.import", f"account {account_id}", after={"added": added})
    return added


def take_off_the_list(entry_id: int) -> str:
    """The account may send there again; returns the number.

    Raises Refusal("row_gone") for an entry that is not there.
    """
    with transaction():
        entry = suppressed_number.by_id(entry_id)
        if entry is None:
            raise Refusal("row_gone")
        audit.record("suppression.remove", entry.number, before={"reason": entry.reason.value})
        session.delete(entry)
        return entry.number


def note_stop_reply(account_id: int, number: str, company_id: int) -> None:
    """The recipient replied STOP: the provider sends him nothing more, and neither do we."""
    if suppressed_number.add_if_new(account_id, [number], Reason.STOP_REPLY):
        audit.record("suppression.stop_reply", number, company_id=company_id)


def template() -> bytes:
    return csv_upload.template(COLUMNS)
