"""Writing the one SMS that a call owes, as part of the call's own transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from app import clock
from app.domain import sms_text, suppression
from app.domain.flow_content import SmsTemplate
from app.domain.short_codes import new_code
from app.domain.sms_status import MessageStatus
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
    codes = {url: new_code() for url in template.short_urls}
    text = _text(template, codes, short_url_base)
    message = Message(
        id=new_id(),
        account_id=call.flow_version.account_id,
        call_id=call.id,
        incoming_number=call.called,
        sender=template.sender,
        recipient=recipient,
        body=template.body,
        text=text,
        units=sms_text.utf16_units(text),
        parts=len(sms_text.parts_of_text(text, None)),
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
