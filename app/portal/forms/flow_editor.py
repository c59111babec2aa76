"""The editor's form: the texts of the guidances and the SMS, and back to the content of a flow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import Field, Form, HiddenField, SelectField, TextAreaField

from app.domain import phone_numbers, sms_text
from app.domain.flow_content import FlowContent, Guidance, SmsTemplate
from app.domain.refusals import Refusal
from app.domain.slots import EDITABLE_SLOTS
from app.portal.flow_labels import MARKS, NAMES

# What no one types and PostgreSQL's JSON refuses.
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def plain_text(text: str | None) -> str:
    r"""Lines end with \n, as the browser counts them, though forms send \r\n."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL_CHARACTERS.sub("", lines)


class ShortUrlsField(Field):
    """The URLs to be shortened; each is a hidden input of its own."""

    data: list[str]

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = list(dict.fromkeys(valuelist))


def _guidance_field(slot: str) -> TextAreaField:
    return TextAreaField(NAMES[slot], filters=[plain_text], render_kw={"rows": 4})


class FlowForm(Form):
    """`revision` is the draft's that the editor was opened with."""

    revision = HiddenField()
    guidance_1 = _guidance_field("1")
    guidance_2 = _guidance_field("2")
    guidance_4 = _guidance_field("4")
    guidance_5 = _guidance_field("5")
    sender = SelectField(lazy_gettext("Sender number"), validate_choice=False)
    body = TextAreaField(lazy_gettext("SMS text"), filters=[plain_text], render_kw={"rows": 8})
    short_urls = ShortUrlsField(lazy_gettext("Short URLs"))

    def __init__(self, senders: Sequence[str], given: Any = None, **data: Any) -> None:
        super().__init__(given, **data)
        self.sender.choices = [("", gettext("Choose a number"))] + [
            (digits, phone_numbers.display(phone_numbers.from_national_digits(digits)))
            for digits in senders
        ]
        if len(senders) == 1 and not self.sender.data:
            self.sender.data = senders[0]

    @classmethod
    def showing(cls, content: FlowContent, revision: int, senders: Sequence[str]) -> FlowForm:
        return cls(senders, **form_values(content), revision=str(revision))

    def guidance(self, slot: str) -> TextAreaField:
        field: TextAreaField = self[f"guidance_{slot}"]
        return field

    def given_revision(self) -> int:
        """The revision, or one that never was for a made-up request."""
        text = self.revision.data or ""
        return int(text) if re.fullmatch("[0-9]{1,9}", text) else -1

    def content(self) -> FlowContent:
        """What was typed. Empty texts are unset parts, short URLs not in the text are dropped."""
        guidances = {
            slot: Guidance(self.guidance(slot).data)
            for slot in EDITABLE_SLOTS
            if self.guidance(slot).data.strip()
        }
        if not self.body.data.strip():
            return FlowContent(guidances)
        typed = sms_text.typed_urls(self.body.data)
        short_urls = tuple(url for url in typed if url in self.short_urls.data)
        return FlowContent(
            guidances, SmsTemplate(self.sender.data or "", self.body.data, short_urls)
        )

    def add_problems(self, problems: Mapping[str, Refusal]) -> None:
        """Put each broken rule beside its field."""
        for part, refusal in problems.items():
            field = self[f"guidance_{part}" if part in MARKS else part]
            field.errors = [*field.errors, problem_words(part, refusal)]


def form_values(content: FlowContent) -> dict[str, Any]:
    """The content by the names of the form's fields."""
    values: dict[str, Any] = {f"guidance_{slot}": "" for slot in EDITABLE_SLOTS}
    values |= {f"guidance_{slot}": guidance.text for slot, guidance in content.guidances.items()}
    sms = content.sms or SmsTemplate("", "")
    return values | {"sender": sms.sender, "body": sms.body, "short_urls": list(sms.short_urls)}


def problem_words(part: str, refusal: Refusal) -> str:
    """What is wrong with a part of the content, and what to do."""
    match refusal.code:
        case "guidance_too_long":
            return gettext(
                "Shorten %(mark)s to %(limit)s characters: it has %(length)s.",
                mark=MARKS[part],
                **refusal.details,
            )
        case "speech_silent":
            return gettext(
                "%(mark)s has nothing that can be read aloud. Write it in words.", mark=MARKS[part]
            )
        case "sender_unknown":
            return gettext("Choose the sender number of the SMS.")
        case "sms_too_long":
            return gettext(
                "Shorten the SMS text to %(limit)s characters: it has %(length)s.",
                **refusal.details,
            )
        case "short_urls_too_many":
            return gettext("Shorten %(limit)s URLs at most.", **refusal.details)
        case _:
            return gettext("This cannot be saved as it is.")
