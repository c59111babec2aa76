"""Writing the one SMS that a call owes, as part of the call's own transaction."""

from __future__ import annotations

import uuid

from app.domain import sms_text
from app.models import short_url
from app.models.call import Call
from app.models.database import new_id, session
from app.models.message import Message
from app.models.short_url import ShortUrl


def write_message(call: Call, recipient: str, *, short_url_base: str) -> uuid.UUID:
    """Write the waiting message with its short URLs; a second message for the same call breaks a
    constraint.

    Belongs in the transaction that moves the call, so that both are there or neither is.
    """
    assert call.flow_version is not None, "only a call with a flow owes an SMS"
    assert call.flow_version.flow_content.sms is not None, "a published version has an SMS"
    template = call.flow_version.flow_content.sms
    codes = {url: short_url.unused_code() for url in template.short_urls}
    links = {url: f"{short_url_base}/{code}" for url, code in codes.items()}
    text = sms_text.render(template.body, template.short_urls, links)
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
    session.add(message)
    session.flush()
    for url, code in codes.items():
        session.add(
            ShortUrl(code=code, account_id=message.account_id, message_id=message.id, target=url)
        )
    return message.id
