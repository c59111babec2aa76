"""What the screens call the steps of a call, and the parts of a flow."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.domain.flow_content import SMS
from app.domain.slots import EDITABLE_SLOTS
from app.domain.sms_text_warnings import Fault

MARKS: Mapping[str, str] = {"1": "①", "2": "②", "3": "③", "4": "④", "5": "⑤", "6": "⑥"}

NAMES: Mapping[str, LazyString] = {
    "1": _("Greeting"),
    "2": _("Asking for a mobile number"),
    "3": _("How to key in the number"),
    "4": _("Notice that the SMS is sent"),
    "5": _("Asking again"),
    "6": _("Good-bye"),
    SMS: _("SMS settings"),
}

PARTS = (*(slot.value for slot in EDITABLE_SLOTS), SMS)
"""What has to be set before publishing, in the order of the page."""

PURPOSES: Mapping[str, LazyString] = {
    "1": _("The first words to the caller."),
    "2": _("Says that a mobile number is needed for the SMS."),
    "3": _("Then waits about 10 seconds for the number."),
    "4": _("Heard in both lanes, then the call ends."),
    "5": _("When the number was not understood or nothing was keyed in. Then waits again."),
    "6": _("After three failed tries. Then the call ends without an SMS."),
}

FAULTS: Mapping[Fault, LazyString] = {
    Fault.BROKEN: _("Broken characters: delete them."),
    Fault.HALF_WIDTH_KANA: _("Half-width kana: use full-width ones."),
    Fault.MACHINE_DEPENDENT: _("Characters that some handsets do not have:"),
    Fault.COMBINING: _("Marks apart from their letter, which count on their own: type them anew."),
    Fault.INVISIBLE: _("Characters that cannot be seen, as copied from elsewhere: delete them."),
    Fault.EMOJI: _("Emoji and pictures, which each handset draws in its own way:"),
    Fault.EMOJI_SPLIT: _("Emoji that fall apart where the SMS is split:"),
    Fault.UNUSUAL: _("Characters outside of usual Japanese, which some handsets cannot show:"),
}


def part_name(part: str) -> str:
    """ "1" → ① and its name; "sms" → 「SMS設定」."""
    return f"{MARKS[part]} {NAMES[part]}" if part in MARKS else str(NAMES[part])
