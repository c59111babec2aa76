"""The search form of the call counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import SelectField, ValidationError

from app.domain import japan_days, phone_numbers
from app.models.incoming_number import IncomingNumber
from app.portal.forms.day_range import DayRangeForm


class CallCountsForm(DayRangeForm):
    """Days up to yesterday; `number` is the id of one of the account's numbers, "" for all."""

    any_age = True

    number = SelectField(lazy_gettext("Incoming number"), default="", validate_choice=False)

    def __init__(self, numbers: Sequence[IncomingNumber], given: Any = None) -> None:
        super().__init__(given)
        self.numbers = numbers
        self.number.choices = [("", gettext("All numbers"))] + [
            (str(number.id), self._shown(number)) for number in numbers
        ]

    def validate_number(self, field: SelectField) -> None:
        if field.data not in dict(field.choices):
            raise ValidationError(gettext("Choose one of the numbers in the list."))

    @staticmethod
    def latest() -> date:
        return japan_days.today() - timedelta(days=1)

    @staticmethod
    def _shown(number: IncomingNumber) -> str:
        shown = phone_numbers.display(number.number)
        return f"{shown} {number.label}" if number.label else shown

    @property
    def number_id(self) -> int | None:
        return int(self.number.data) if self.number.data else None

    @property
    def chosen(self) -> Sequence[IncomingNumber]:
        """The numbers that a valid form asks for."""
        return [each for each in self.numbers if self.number_id in (None, each.id)]

    @property
    def days(self) -> Sequence[date]:
        """The days that a valid form asks for, in their order."""
        assert self.since.data, "only a valid form is a search"
        assert self.until.data, "only a valid form is a search"
        return [
            self.since.data + timedelta(days=count)
            for count in range((self.until.data - self.since.data).days + 1)
        ]

    def query(self) -> Mapping[str, str]:
        """What a valid form asks for, as it stands in the address bar."""
        return {
            "since": self.days[0].isoformat(),
            "until": self.days[-1].isoformat(),
            "number": self.number.data,
        }
