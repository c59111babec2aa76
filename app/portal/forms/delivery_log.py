"""The search form of the delivery log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import SelectField, StringField, ValidationError

from app.domain import phone_numbers
from app.domain.carriers import Carrier
from app.domain.sms_status import MessageStatus
from app.models.delivery_log import Search
from app.models.incoming_number import IncomingNumber
from app.portal.delivery_labels import CARRIERS, STATUSES
from app.portal.forms.day_range import DayRangeForm


class DeliverySearchForm(DayRangeForm):
    """`numbers` are those of the account; the form takes a former one as well, of which there may
    be messages."""

    chosen = ("status", "incoming_number", "carrier")

    recipient = StringField(lazy_gettext("Recipient number"))
    status = SelectField(lazy_gettext("Status"), validate_choice=False)
    incoming_number = SelectField(lazy_gettext("Incoming number"), validate_choice=False)
    carrier = SelectField(lazy_gettext("Carrier"), validate_choice=False)

    def __init__(self, given: Any = None, numbers: Sequence[IncomingNumber] = ()) -> None:
        super().__init__(given)
        self.status.choices = [
            ("", gettext("All statuses")),
            *((each.value, chip.text) for each, chip in STATUSES.items() if _is_named(each)),
        ]
        self.carrier.choices = [
            ("", gettext("All carriers")),
            *((each.value, CARRIERS[each]) for each in Carrier),
        ]
        self.incoming_number.choices = [
            ("", gettext("All numbers")),
            *((row.number, f"{row.number} {row.label}".strip()) for row in numbers),
        ]
        asked = self._number(self.incoming_number)
        if asked and asked not in dict(self.incoming_number.choices):
            self.incoming_number.choices.append((asked, asked))
        self.incoming_number.data = asked or self.incoming_number.data

    def validate_recipient(self, field: StringField) -> None:
        self._check_number(field)

    def validate_incoming_number(self, field: SelectField) -> None:
        self._check_number(field)

    def validate_status(self, field: SelectField) -> None:
        self._check_choice(field)

    def validate_carrier(self, field: SelectField) -> None:
        self._check_choice(field)

    def search(self) -> Search:
        """What a valid form asks for."""
        since, until = self.span()
        return Search(
            since,
            until,
            recipient=self._number(self.recipient),
            status=MessageStatus(self.status.data) if self.status.data else None,
            incoming_number=self._number(self.incoming_number),
            carrier=Carrier(self.carrier.data) if self.carrier.data else None,
        )

    def query(self) -> dict[str, str]:
        """A valid search as it stands in the address bar."""
        return {"since": f"{self.since.data}", "until": f"{self.until.data}", **self.narrowings()}

    def narrowings(self) -> dict[str, str]:
        """The conditions besides the days that a valid form has, by field."""
        fields = (self.recipient, self.status, self.incoming_number, self.carrier)
        return {field.name: _typed(field) for field in fields if _typed(field)}

    def has_more(self) -> bool:
        """Whether a condition is set that the form folds away at first."""
        return any(self[name].data for name in self.chosen)

    @staticmethod
    def _number(field: StringField | SelectField) -> str | None:
        return phone_numbers.parse(_typed(field))

    def _check_number(self, field: StringField | SelectField) -> None:
        if _typed(field) and self._number(field) is None:
            raise ValidationError(
                gettext("Enter a phone number such as 090-1234-5678 or +819012345678.")
            )

    @staticmethod
    def _check_choice(field: SelectField) -> None:
        if field.data and field.data not in dict(field.choices):
            raise ValidationError(gettext("Choose one of the list."))


def _typed(field: StringField | SelectField) -> str:
    return (field.data or "").strip()


def _is_named(status: MessageStatus) -> bool:
    """SENDING is told as WAITING, so only one of the two is offered."""
    return status is not MessageStatus.SENDING
