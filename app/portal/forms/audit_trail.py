"""The search forms of the audit trail."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField

from app.models.audit_trail import Search
from app.portal.audit_labels import ACTIONS
from app.portal.forms.day_range import DayRangeForm

LONGEST_WORD = 254


class AuditSearchForm(DayRangeForm):
    """Days of any age, three months of them at most, today included."""

    any_age = True

    actor = StringField(_("Mail address"), filters=[lambda text: _typed(text)])
    action = SelectField(_("Action"), validate_choice=False)

    def __init__(self, given: Any = None) -> None:
        super().__init__(given)
        named = sorted(((key, str(word)) for key, word in ACTIONS.items()), key=lambda it: it[1])
        self.action.choices = [("", str(_("All actions"))), *named]
        if self.action.data and self.action.data not in ACTIONS:
            self.action.choices.append((self.action.data, self.action.data))

    def search(self) -> Search:
        """What a valid form asks for."""
        since, until = self.span()
        return Search(since, until, **self._words())

    def query(self) -> dict[str, str]:
        """A valid search as it stands in the address bar."""
        words = {name: text for name, text in self._words().items() if text}
        return {"since": f"{self.since.data}", "until": f"{self.until.data}", **words}

    def _words(self) -> dict[str, str]:
        return {"actor": self.actor.data or "", "action": _typed(self.action.data)}


class AllCompaniesSearchForm(AuditSearchForm):
    company = StringField(_("Company name"), filters=[lambda text: _typed(text)])

    def _words(self) -> dict[str, str]:
        return super()._words() | {"company": self.company.data or ""}


def _typed(text: str | None) -> str:
    return (text or "").strip()[:LONGEST_WORD]
