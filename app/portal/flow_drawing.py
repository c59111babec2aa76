"""What the drawing of a flow and the comparison of two contents show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import gettext as _

from app.domain import phone_numbers, sms_text
from app.domain.flow_content import SMS, FlowContent, SmsTemplate
from app.domain.guidance_texts import FIXED
from app.domain.slots import EDITABLE_SLOTS
from app.portal import flow_labels
from app.portal.flow_labels import part_name


class Change(NamedTuple):
    """A part of a flow that differs: what callers get now and what they will get, None if unset."""

    part: str
    name: str
    old: str | None
    new: str | None


def changes(old: FlowContent | None, new: FlowContent) -> list[Change]:
    """What differs between two contents, part by part. Without an old one everything is new."""
    before, after = _texts(old or FlowContent()), _texts(new)
    return [
        Change(part, part_name(part), before[part], after[part])
        for part in before
        if before[part] != after[part]
    ]


def sender_shown(sms: SmsTemplate) -> str:
    return phone_numbers.display(phone_numbers.from_national_digits(sms.sender))


def _texts(content: FlowContent) -> dict[str, str | None]:
    texts: dict[str, str | None] = {
        slot.value: guidance.text if (guidance := content.guidances.get(slot)) else None
        for slot in EDITABLE_SLOTS
    }
    return texts | {SMS: _sms_in_words(content.sms) if content.sms else None}


def _sms_in_words(sms: SmsTemplate) -> str:
    lines = [_("From %(sender)s", sender=sender_shown(sms)), sms.body]
    lines += [_("Shortened: %(url)s", url=url) for url in sms.short_urls]
    return "\n".join(lines)


def short_url_example() -> str:
    """What a short link looks like."""
    return f"{current_app.config['SHORT_URL_BASE']}/XXXXXXXX"


def preview(body: str, short_urls: Sequence[str]) -> str:
    """The text as the handset shows it, with an example for each link."""
    return sms_text.render(body, short_urls, dict.fromkeys(short_urls, short_url_example()))


def drawing_context() -> dict[str, Any]:
    """What the templates of a flow need besides its content."""
    return {
        "fixed": FIXED,
        "labels": flow_labels,
        "preview": preview,
        "sender_shown": sender_shown,
        "sms_parts": sms_text.parts,
    }
