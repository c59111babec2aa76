"""Writing the one SMS that a call owes, as part of the call's own transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from app import clock
from app.domain import sms_text, suppression
from app.domain.flow_content import SmsTemplate
from app.domain.short_codes import new_code
from app.domain.sms_status import MessageStatus
from app.models import message as message_table
from app.models import short_url
from app.models.call import Call
from app.models.database import new_id, session
from app.models.message import Message


def write_message(
    call: Call, recipient: str, *, short_url_base: str, is_suppressed: bool = False
) -> uuid.UUID:
    """Write the waiting message with its short URLs; a second message for the same call breaks a
    constraint.

    Belongs in the transaction that moves the call, so that both are there or neither is. One that
    `is_suppressed` is settled at once: the log shows it, and nobody sends it.
    """
    assert call.flow_version is not None, "only a call with a flow owes an SMS"
    assert call.flow_version.flow_content.sms is not None, "a published version has an SMS"
    template = call.flow_version.flow_content.sms
    codes = new_codes(template)
    values = message_values(template, codes, short_url_base)
    message = Message(
        **values,
        account_id=call.flow_version.account_id,
        call_id=call.id,
        incoming_number=call.called,
        recipient=recipient,
    )
    if is_suppressed:
        message.status = MessageStatus.FAILED
        message.error_code = suppression.ERROR_CODE
        message.settled_at = clock.now()
    session.add(message)
    session.flush()
    if codes:
        message.text = _text(template, _minted(message, codes), short_url_base)
    return message.id


def new_codes(template: SmsTemplate) -> Mapping[str, str]:
    """A code for each URL of the template that is sent in its short form."""
    return {url: new_code() for url in template.short_urls}


def message_values(
    template: SmsTemplate, codes: Mapping[str, str], short_url_base: str
) -> dict[str, Any]:
    """A new waiting message by its columns, but for whose it is and to whom it goes."""
    units, parts = _lengths(template, short_url_base)
    return message_table.waiting_since(clock.now()) | {
        "id": new_id(),
        "sender": template.sender,
        "body": template.body,
        "text": _text(template, codes, short_url_base),
        "units": units,
        "parts": parts,
    }


@lru_cache(maxsize=1000)
def _lengths(template: SmsTemplate, short_url_base: str) -> tuple[int, int]:
    """UTF-16 units and parts, the same for every message: all codes are of one length."""
    text = _text(template, new_codes(template), short_url_base)
    return sms_text.utf16_units(text), len(sms_text.parts_of_text(text, None))


def _text(template: SmsTemplate, codes: Mapping[str, str], short_url_base: str) -> str:
    links = {url: f"{short_url_base}/{code}" for url, code in codes.items()}
    return sms_text.render(template.body, template.short_urls, links)


def _minted(message: Message, codes: Mapping[str, str]) -> Mapping[str, str]:
    """The codes under which the URLs are stored: drawn again where another link had one."""
    minted: dict[str, str] = {}
    while wanted := {url: codes[url] for url in codes if url not in minted}:
        stored = short_url.add_if_new(message.account_id, message.id, wanted)
        minted |= {url: wanted[url] for url in stored}
        codes = {url: new_code() for url in codes}
    return minted
