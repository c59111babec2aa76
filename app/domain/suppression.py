"""配信停止: numbers that want no SMS, and how a message to one of them ends."""

from __future__ import annotations

from app.domain import phone_numbers
from app.domain.refusals import Refusal

ERROR_CODE = "suppressed"
"""Of a message that was not sent because its recipient is on the list."""

STOP_ERROR_CODE = "200"
"""The provider's: the recipient replied STOP (…/docs/messaging/troubleshooting/error-codes)."""


def tidy_number(text: str) -> str:
    """E.164 of a mobile as people write it. Raises Refusal("not_a_mobile")."""
    number = phone_numbers.parse(text)
    if number is None or not phone_numbers.is_mobile(number):
        raise Refusal("not_a_mobile")
    return number
