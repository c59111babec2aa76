"""The memo that an account keeps beside one of its numbers."""

from __future__ import annotations

from app.domain.one_line import one_line
from app.domain.refusals import Refusal
from app.models import incoming_number
from app.models.database import transaction
from app.services import audit

MAX_CHARACTERS = 100


def set_label(number_id: int, label: str) -> None:
    """Replace the memo; an empty one takes it away.

    Raises Refusal("number_unknown") for a number outside the account, and as `tidy_label`.
    """
    tidy = tidy_label(label)
    with transaction():
        number = incoming_number.lock(number_id)
        if number is None:
            raise Refusal("number_unknown")
        if number.label == tidy:
            return
        audit.record(
            "number.label", number.number, before={"label": number.label}, after={"label": tidy}
        )
        number.label = tidy


def tidy_label(label: str) -> str:
    """As it is stored. Raises Refusal("label_too_long") above MAX_CHARACTERS."""
    tidy = one_line(label)
    if len(tidy) > MAX_CHARACTERS:
        raise Refusal("label_too_long", longest=MAX_CHARACTERS)
    return tidy
