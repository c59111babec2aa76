"""What the drawing of a flow and the comparison of two contents show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import gettext as _

from app.domain import phone_numbers, sms_text, word_differences
from app.domain.carriers import Carrier
from app.domain.flow_content import SMS, FlowContent, Guidance, SmsTemplate
from app.domain.guidance_texts import FIXED
from app.domain.slots import EDITABLE_SLOTS, Slot
from app.domain.word_differences import Piece
from app.portal import flow_labels
from app.portal.delivery_labels import CARRIERS
from app.portal.flow_labels import part_name


class Change(NamedTuple):
    """A part of a flow that differs: what it was and what it is, word by word; empty if unset."""

    part: str
    name: str
    old: Sequence[Piece]
    new: Sequence[Piece]


def changes(old: FlowContent | None, new: FlowContent) -> list[Change]:
    """What differs between two contents, part by part. Without an old one everything is new."""
    old = old or FlowContent()
    before, after = _texts(old), _texts(new)
    return [
        Change(part, part_name(part), *_compared(before[part], after[part]))
        for part in before
        if _part(old, part) != _part(new, part)
    ]


def _part(content: FlowContent, part: str) -> Guidance | SmsTemplate | None:
    return content.sms if part == SMS else content.guidances.get(Slot(part))


def _compared(old: str, new: str) -> tuple[Sequence[Piece], Sequence[Piece]]:
    """Two files of the same name and length look the same and are not."""
    if old == new:
        return [Piece(old, changed=True)], [Piece(new, changed=True)]
    return word_differences.compare(old, new)


def sender_shown(sms: SmsTemplate) -> str:
    """With hyphens; "(not set)" in a draft without a sender."""
    if not sms.sender:
        return _("(not set)")
    return phone_numbers.display(phone_numbers.from_national_digits(sms.sender))


def _texts(content: FlowContent) -> dict[str, str]:
    texts = {
        slot.value: _guidance_in_words(guidance)
        if (guidance := content.guidances.get(slot))
        else ""
        for slot in EDITABLE_SLOTS
    }
    return texts | {SMS: _sms_in_words(content.sms) if content.sms else ""}


def _guidance_in_words(guidance: Guidance) -> str:
    if guidance.file is None:
        return guidance.text
    seconds = guidance.file.duration_ms // 1000
    length = f"{seconds // 60}:{seconds % 60:02}"
    return _("Audio file: %(name)s (%(length)s)", name=guidance.file.name, length=length)


def _sms_in_words(sms: SmsTemplate) -> str:
    lines = [_("From %(sender)s", sender=sender_shown(sms))] if sms.sender else []
    lines += [sms.body] if sms.body else []
    return "\n".join([*lines, *(_("Shortened: %(url)s", url=url) for url in sms.short_urls)])


def short_url_example() -> str:
    """What a short link looks like."""
    return f"{current_app.config['SHORT_URL_BASE']}/XXXXXXXX"


def preview(body: str, short_urls: Sequence[str]) -> str:
    """The text as the handset shows it, with an example for each link."""
    return sms_text.render(body, short_urls, dict.fromkeys(short_urls, short_url_example()))


def parts_in_words(parts: Mapping[Carrier, int]) -> str:
    """ "2 SMS", or "2–3 SMS" where the carriers differ."""
    fewest, most = min(parts.values()), max(parts.values())
    if fewest == most:
        return _("%(count)s SMS", count=most)
    return _("%(fewest)s–%(count)s SMS, by carrier", fewest=fewest, count=most)


def sms_parts(sms: SmsTemplate) -> dict[Carrier, int]:
    """How many SMS it is for each carrier."""
    return sms_text.parts_by_carrier(sms_text.counted_text(sms.body, sms.short_urls))


def drawing_context() -> dict[str, Any]:
    """What the templates of a flow need besides its content."""
    return {
        "fixed": FIXED,
        "labels": flow_labels,
        "preview": preview,
        "sender_shown": sender_shown,
        "sms_parts": sms_parts,
        "carriers": CARRIERS,
        "parts_in_words": parts_in_words,
    }
