"""From–to in days of Japan, as the search forms ask for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import LazyString, gettext, lazy_gettext
from wtforms import Field, Form
from wtforms.widgets import TextInput

from app.domain import japan_days
from app.domain.refusals import Refusal

DAYS_SHOWN_AT_FIRST = 7
FIRST_YEAR = 2000  # before any call; what a calendar of the year 1 would break stays out


class DayField(Field):
    """A day as text, in any customary spelling; day_range.js lays a calendar beside it. What cannot
    be read as a day is a form error."""

    widget = TextInput()
    data: date | None

    def __init__(self, missing: LazyString, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.missing = missing

    def _value(self) -> str:
        if self.data:
            return shown_day(self.data)
        return str(self.raw_data[0]) if self.raw_data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        self.data = None
        if not valuelist[0].strip():
            raise ValueError(self.missing)
        try:
            day = japan_days.parse_date(valuelist[0])
        except Refusal:
            raise ValueError(gettext("Enter a date such as 2025/2/21.")) from None
        if day.year < FIRST_YEAR:
            raise ValueError(gettext("Enter a date such as 2025/2/21."))
        self.data = day


class DayRangeForm(Form):
    """Refuses what `japan_days.check_range` refuses. At first it shows the last days on offer."""

    any_age = False

    since = DayField(lazy_gettext("Enter the first day."))
    until = DayField(lazy_gettext("Enter the last day."))

    def __init__(self, given: Any = None) -> None:
        latest = self.latest()
        super().__init__(
            given, since=latest - timedelta(days=DAYS_SHOWN_AT_FIRST - 1), until=latest
        )
        limits = {"data-max": latest.isoformat()}
        if not self.any_age:
            limits["data-min"] = japan_days.three_months_before(japan_days.today()).isoformat()
        for field in (self.since, self.until):
            field.render_kw = {"required": True, "autocomplete": "off", **limits}

    @staticmethod
    def today() -> date:
        return japan_days.today()

    @staticmethod
    def latest() -> date:
        """The last day on offer."""
        return japan_days.today()

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        start, end = self.since.data, self.until.data
        if start is None or end is None:
            return False
        try:
            japan_days.check_range(
                start, end, japan_days.today(), up_to=self.latest(), any_age=self.any_age
            )
        except Refusal as refusal:
            field = (
                self.since if refusal.code in ("range_too_old", "range_too_wide") else self.until
            )
            field.errors = [*field.errors, self._why(refusal)]
            return False
        return valid

    def span(self) -> tuple[datetime, datetime]:
        """What a valid form asks for, in UTC: from the first moment to the first one after it."""
        assert self.since.data, "only a valid form is a search"
        assert self.until.data, "only a valid form is a search"
        return japan_days.day_start_utc(self.since.data), japan_days.day_end_utc(self.until.data)

    @staticmethod
    def _why(refusal: Refusal) -> str:
        match refusal.code:
            case "range_reversed":
                return gettext("The last day is before the first day.")
            case "range_in_future":
                return gettext(
                    "The last day can be %(day)s at the latest.",
                    day=shown_day(refusal.details["latest"]),
                )
            case "range_too_wide":
                return gettext(
                    "A search covers three months at most: begin on %(day)s or later.",
                    day=shown_day(refusal.details["earliest"]),
                )
            case _:
                return gettext(
                    "The log reaches three months back: begin on %(day)s or later.",
                    day=shown_day(refusal.details["earliest"]),
                )


def shown_day(day: Any) -> str:
    """A date as 2025/2/21."""
    return f"{day.year}/{day.month}/{day.day}"
