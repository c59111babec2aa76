"""How the call counts name what they count."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.domain.call_outcomes import CallOutcome

OUTCOMES: Mapping[CallOutcome, LazyString] = {
    CallOutcome.MOBILE: _("Called from a mobile"),
    CallOutcome.KEYED_IN: _("Keyed in a mobile number"),
    CallOutcome.GAVE_UP: _("No number after three tries"),
    CallOutcome.HUNG_UP: _("Hung up before keying in"),
    CallOutcome.LIMITED: _("Over the daily limit of SMS"),
    CallOutcome.SUPPRESSED: _("On the suppression list"),
    CallOutcome.NOTICE: _("Flow not published"),
}
STEPS: Mapping[str, LazyString] = {
    "calls": _("Calls"),
    "messages": _("SMS"),
    "delivered": _("Arrived"),
    "opened": _("Link opened"),
}
"""From the call to the click: names of `CallSums`, in their order."""
