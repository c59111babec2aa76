"""読み方辞書: how the account's words are said."""

from __future__ import annotations

from app.domain.reading_hints import MAX_PER_ACCOUNT, tidy_reading, tidy_written
from app.domain.refusals import Refusal
from app.models import account, reading_hint
from app.models.database import insert_if_new, session, transaction
from app.models.reading_hint import ReadingHint
from app.services import audit


def add_hint(account_id: int, written: str, reading: str) -> None:
    """From the next rendering on, `written` is said as `reading`; what is published stays.

    Raises Refusal as `tidy_written` and `tidy_reading` do, "written_taken" where the word has a
    reading already, "hints_too_many".
    """
    word, said = tidy_written(written), tidy_reading(reading)
    with transaction():
        account.lock(account_id)
        if len(reading_hint.readings_of_account()) >= MAX_PER_ACCOUNT:
            raise Refusal("hints_too_many", limit=MAX_PER_ACCOUNT)
        if not insert_if_new(ReadingHint, account_id=account_id, written=word, reading=said):
            raise Refusal("written_taken")
        audit.record("reading_hint.create", word, after={"reading": said})


def change_hint(hint_id: int, written: str, reading: str) -> None:
    """Raises Refusal("row_gone") for one that is not there, and as `add_hint`."""
    word, said = tidy_written(written), tidy_reading(reading)
    with transaction():
        hint = _locked_hint(hint_id)
        if word != hint.written and word in reading_hint.readings_of_account():
            raise Refusal("written_taken")
        audit.record(
            "reading_hint.update",
            hint.written,
            before={"written": hint.written, "reading": hint.reading},
            after={"written": word, "reading": said},
        )
        hint.written, hint.reading = word, said


def delete_hint(hint_id: int) -> None:
    """Raises Refusal("row_gone") for one that is not there."""
    with transaction():
        hint = _locked_hint(hint_id)
        audit.record("reading_hint.delete", hint.written, before={"reading": hint.reading})
        session.delete(hint)


def _locked_hint(hint_id: int) -> ReadingHint:
    """The hint as it is once nobody else writes in its dictionary."""
    hint = reading_hint.by_id(hint_id)
    if hint is not None:
        account.lock(hint.account_id)
        hint = reading_hint.by_id(hint_id)
    if hint is None:
        raise Refusal("row_gone")
    return hint
