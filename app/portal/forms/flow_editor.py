"""The editor's form: the texts of the guidances and the SMS, and back to the content of a flow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app
from flask_babel import gettext, lazy_gettext
from wtforms import Field, Form, HiddenField, RadioField, SelectField, TextAreaField

from app.domain import phone_numbers, sms_text
from app.domain.flow_content import SMS, ContentRefused, FlowContent, Guidance, SmsTemplate
from app.domain.refusals import Refusal
from app.domain.short_url_rules import is_own_link
from app.domain.slots import EDITABLE_SLOTS, Slot
from app.portal.flow_labels import MARKS, NAMES
from app.portal.forms.guidance_file import (
    FILE,
    TEXT,
    GuidanceFileField,
    file_problem_words,
    kind_field,
)

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
    guidance_1_kind = kind_field()
    guidance_2_kind = kind_field()
    guidance_4_kind = kind_field()
    guidance_5_kind = kind_field()
    guidance_1_file = GuidanceFileField()
    guidance_2_file = GuidanceFileField()
    guidance_4_file = GuidanceFileField()
    guidance_5_file = GuidanceFileField()
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

    def kind(self, slot: str) -> RadioField:
        field: RadioField = self[f"guidance_{slot}_kind"]
        return field

    def file(self, slot: str) -> GuidanceFileField:
        field: GuidanceFileField = self[f"guidance_{slot}_file"]
        return field

    def is_set(self, slot: str) -> bool:
        """Whether the slot has what its kind asks for."""
        if self.kind(slot).data == FILE:
            return self.file(slot).is_heard
        return bool(self.guidance(slot).data.strip())

    def given_revision(self) -> int:
        """The revision, or one that never was for a made-up request."""
        text = self.revision.data or ""
        return int(text) if re.fullmatch("[0-9]{1,9}", text) else -1

    def content(self) -> FlowContent:
        """What was typed. Empty texts are unset parts, short URLs not in the text are dropped.

        Raises ContentRefused where a URL to be shortened is a short link of ours, and where a file
        cannot be heard.
        """
        guidances = self._guidances()
        sender, body = self.sender.data or "", self.body.data
        if not sender and not body.strip():
            return FlowContent(guidances)
        typed = sms_text.typed_urls(body)
        short_urls = tuple(url for url in typed if url in self.short_urls.data)
        if any(is_own_link(url, current_app.config["SHORT_URL_BASE"]) for url in short_urls):
            raise ContentRefused({"short_urls": Refusal("url_is_ours")})
        return FlowContent(guidances, SmsTemplate(sender, body, short_urls))

    def missing(self) -> list[str]:
        """What the form lacks for publishing, as `FlowContent.missing` names it."""
        unset = [slot.value for slot in EDITABLE_SLOTS if not self.is_set(slot)]
        return unset if self.sender.data and self.body.data.strip() else [*unset, SMS]

    def differing(self, content: FlowContent) -> dict[str, Any]:
        """What the content says otherwise, by the name of the field that would take it over."""
        stored = form_values(content)
        differing: dict[str, Any] = {}
        for slot in EDITABLE_SLOTS:
            kind = stored[f"guidance_{slot}_kind"]
            name = f"guidance_{slot}_file" if kind == FILE else f"guidance_{slot}"
            if self.kind(slot).data != kind or self[name].data != stored[name]:
                differing[name] = stored[name]
        for name in ("sender", "body", "short_urls"):
            if self[name].data != stored[name]:
                differing[name] = stored[name]
        return differing

    def _guidances(self) -> dict[Slot, Guidance]:
        guidances: dict[Slot, Guidance] = {}
        problems: dict[str, Refusal] = {}
        for slot in EDITABLE_SLOTS:
            if self.kind(slot).data != FILE:
                if self.guidance(slot).data.strip():
                    guidances[slot] = Guidance(self.guidance(slot).data)
                continue
            try:
                guidances[slot] = Guidance(file=self.file(slot).chosen())
            except Refusal as refusal:
                problems[f"guidance_{slot}_file"] = refusal
        if problems:
            raise ContentRefused(problems)
        return guidances

    def add_problems(self, problems: Mapping[str, Refusal]) -> None:
        """Put each broken rule beside its field."""
        for part, refusal in problems.items():
            field = self[f"guidance_{part}" if part in MARKS else part]
            field.errors = [*field.errors, problem_words(part, refusal)]


def form_values(content: FlowContent) -> dict[str, Any]:
    """The content by the names of the form's fields."""
    values: dict[str, Any] = {f"guidance_{slot}": "" for slot in EDITABLE_SLOTS}
    values |= {f"guidance_{slot}": guidance.text for slot, guidance in content.guidances.items()}
    files = content.files()
    values |= {f"guidance_{slot}_kind": FILE if slot in files else TEXT for slot in EDITABLE_SLOTS}
    values |= {f"guidance_{slot}_file": "" for slot in EDITABLE_SLOTS}
    values |= {f"guidance_{slot}_file": file.id for slot, file in files.items()}
    sms = content.sms or SmsTemplate("", "")
    return values | {"sender": sms.sender, "body": sms.body, "short_urls": list(sms.short_urls)}


def problem_words(part: str, refusal: Refusal) -> str:
    """What is wrong with a part of the content, and what to do."""
    if part.endswith("_file"):
        return file_problem_words(MARKS[part.split("_")[1]], refusal)
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
        case "url_too_long":
            return gettext(
                "A URL to be shortened has %(limit)s characters at most.", **refusal.details
            )
        case "url_host_wrong":
            return gettext("%(url)s cannot be shortened: its host is not one.", **refusal.details)
        case "url_is_ours":
            return gettext("A short link cannot be shortened again.")
        case _:
            return gettext("This cannot be saved as it is.")
