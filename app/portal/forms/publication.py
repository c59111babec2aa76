"""「公開」: the comment, and now or from when to when."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import Form, HiddenField, RadioField, StringField
from wtforms.widgets import DateInput, TimeInput

from app.domain import japan_days, publication_rules
from app.domain.one_line import one_line
from app.domain.publication_rules import MAX_COMMENT_CHARACTERS, Period
from app.domain.refusals import Refusal
from app.portal.refusal_words import words_for

NOW, LATER = "now", "later"
FIELD_OF_REFUSAL = {
    "comment_too_long": "comment",
    "plan_ends_before_start": "last_day",
    "plan_starts_in_past": "first_day",
    "plan_too_far": "first_day",
    "plan_overlaps": "first_day",
    "plans_too_many": "first_day",
}


def _tidy(text: str | None) -> str:
    return one_line(text or "")


class PublishForm(Form):
    """`revision` is the draft's that the user looked at. A valid form has a `period` or, for now,
    none."""

    revision = HiddenField()
    comment = StringField(
        lazy_gettext("Comment"),
        filters=[_tidy],
        render_kw={"maxlength": MAX_COMMENT_CHARACTERS, "autocomplete": "off"},
    )
    when = RadioField(
        choices=[(NOW, lazy_gettext("Publish now")), (LATER, lazy_gettext("Publish later"))],
        default=NOW,
    )
    first_day = StringField(widget=DateInput())
    first_time = StringField(widget=TimeInput())
    last_day = StringField(widget=DateInput())
    last_time = StringField(widget=TimeInput())

    def __init__(self, given: Any = None, **data: Any) -> None:
        super().__init__(given, **data)
        self.period: Period | None = None
        today = {"min": japan_days.today().isoformat()}
        self.first_day.render_kw = self.last_day.render_kw = today

    def given_revision(self) -> int:
        """-1, which no draft has, for nonsense."""
        text = self.revision.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.when.data == NOW:
            return True
        starts_at = self._moment(self.first_day, self.first_time)
        has_end = bool(_tidy(self.last_day.data) or _tidy(self.last_time.data))
        ends_at = self._moment(self.last_day, self.last_time) if has_end else None
        if self.errors or starts_at is None:
            return False
        self.period = Period(starts_at, ends_at)
        return True

    def add_refusal(self, refusal: Refusal) -> None:
        """Beside the field that it is about."""
        field = self[FIELD_OF_REFUSAL[refusal.code]]
        field.errors = [*field.errors, words_for(refusal)]

    def _moment(self, day: StringField, clock_time: StringField) -> Any:
        try:
            return publication_rules.parse_moment(day.data or "", clock_time.data or "")
        except Refusal as refusal:
            if refusal.code == "date_invalid":
                day.errors = [
                    gettext("Enter a date such as 2025/2/21.")
                    if day.data
                    else gettext("Enter a date.")
                ]
            else:
                clock_time.errors = [gettext("Enter a time such as 9:00.")]
            return None
