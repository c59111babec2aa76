"""What a flow says: the guidances of its slots and the SMS. The same shape is a draft and a
published version."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from app.domain import guidance_texts, short_url_rules, sms_text
from app.domain.refusals import Refusal
from app.domain.slots import EDITABLE_SLOTS, FIXED_SLOTS, Slot

MAX_GUIDANCE_CHARACTERS = 100
SMS = "sms"


@dataclass(frozen=True)
class GuidanceFile:
    """An uploaded or recorded file; `audio_hash` names what callers hear of it."""

    id: str
    name: str
    audio_hash: str
    duration_ms: int


@dataclass(frozen=True)
class Guidance:
    """A text that is read aloud or, without one, a file."""

    text: str = ""
    file: GuidanceFile | None = None

    def to_json(self) -> dict[str, Any]:
        return {"file": asdict(self.file)} if self.file else {"text": self.text}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Guidance:
        if "file" in document:
            return cls(file=GuidanceFile(**document["file"]))
        return cls(document["text"])


@dataclass(frozen=True)
class SmsTemplate:
    """`sender` in national digits; `short_urls` are the URLs of `body` that are sent in their short
    form. In a draft either may still be empty."""

    sender: str
    body: str
    short_urls: tuple[str, ...] = ()

    @property
    def is_set(self) -> bool:
        return bool(self.sender and self.body.strip())

    @property
    def units(self) -> int:
        """UTF-16 units as sent, a short URL counting 25."""
        return sms_text.counted_units(self.body, self.short_urls)


@dataclass(frozen=True)
class FlowContent:
    guidances: Mapping[Slot, Guidance] = field(default_factory=dict)
    sms: SmsTemplate | None = None

    def missing(self) -> tuple[str, ...]:
        """What has to be set before publishing: slot numbers, then "sms"."""
        unset = [slot.value for slot in EDITABLE_SLOTS if slot not in self.guidances]
        return tuple(unset) if self.sms and self.sms.is_set else (*unset, SMS)

    def spoken_texts(self) -> dict[Slot, str]:
        """The text of every slot that is read aloud, the fixed ones included."""
        own = {
            slot: guidance.text for slot, guidance in self.guidances.items() if not guidance.file
        }
        return own | {slot: guidance_texts.FIXED[slot] for slot in FIXED_SLOTS}

    def files(self) -> dict[Slot, GuidanceFile]:
        """The file of every slot that has one."""
        return {slot: guidance.file for slot, guidance in self.guidances.items() if guidance.file}

    def to_json(self) -> dict[str, Any]:
        guidances = {
            slot.value: self.guidances[slot].to_json()
            for slot in EDITABLE_SLOTS
            if slot in self.guidances
        }
        if self.sms is None:
            return {"guidances": guidances, "sms": None}
        sms = {
            "sender": self.sms.sender,
            "body": self.sms.body,
            "short_urls": list(self.sms.short_urls),
        }
        return {"guidances": guidances, "sms": sms}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> FlowContent:
        guidances = {
            Slot(slot): Guidance.from_json(given) for slot, given in document["guidances"].items()
        }
        sms = document["sms"]
        if sms is None:
            return cls(guidances)
        return cls(guidances, SmsTemplate(sms["sender"], sms["body"], tuple(sms["short_urls"])))


def sample_content() -> FlowContent:
    """What the editor shows for a new flow: polite sample guidances, no SMS yet."""
    return FlowContent({slot: Guidance(guidance_texts.SAMPLES[slot]) for slot in EDITABLE_SLOTS})


class ContentRefused(Exception):
    """The content breaks rules. `problems` maps each part (slot number, "sender", "body",
    "short_urls") to why."""

    def __init__(self, problems: Mapping[str, Refusal]) -> None:
        super().__init__(", ".join(f"{part}: {refusal.code}" for part, refusal in problems.items()))
        self.problems = problems


def check_content(content: FlowContent, senders: Collection[str]) -> None:
    """Raises ContentRefused naming every broken rule; what is only missing may be so in a draft."""
    problems = {
        slot.value: refusal
        for slot, guidance in content.guidances.items()
        if (refusal := _guidance_problem(slot, guidance)) is not None
    }
    if content.sms is not None:
        problems |= _sms_problems(content.sms, senders)
    if problems:
        raise ContentRefused(problems)


def _guidance_problem(slot: Slot, guidance: Guidance) -> Refusal | None:
    if slot not in EDITABLE_SLOTS:
        return Refusal("guidance_fixed")
    return None if guidance.file else text_problem(guidance.text)


def text_problem(text: str) -> Refusal | None:
    """Why a guidance cannot have this text; None where it can."""
    if not text.strip():
        return Refusal("guidance_empty")
    if len(text) > MAX_GUIDANCE_CHARACTERS:
        return Refusal("guidance_too_long", limit=MAX_GUIDANCE_CHARACTERS, length=len(text))
    return None


def _sms_problems(sms: SmsTemplate, senders: Collection[str]) -> dict[str, Refusal]:
    problems: dict[str, Refusal] = {}
    if sms.sender and sms.sender not in senders:
        problems["sender"] = Refusal("sender_unknown")
    if sms.units > sms_text.MAX_UNITS:
        problems["body"] = Refusal("sms_too_long", limit=sms_text.MAX_UNITS, length=sms.units)
    typed = sms_text.typed_urls(sms.body)
    if len(sms.short_urls) > sms_text.MAX_SHORT_URLS:
        problems["short_urls"] = Refusal("short_urls_too_many", limit=sms_text.MAX_SHORT_URLS)
    elif any(url not in typed for url in sms.short_urls):
        problems["short_urls"] = Refusal("short_url_not_in_text")
    elif refusal := next(filter(None, map(short_url_rules.problem, sms.short_urls)), None):
        problems["short_urls"] = refusal
    return problems
