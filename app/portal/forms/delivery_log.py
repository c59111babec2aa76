"""The search form of the delivery log."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext
from wtforms import StringField, ValidationError

from app.domain import phone_numbers
from app.models.delivery_log import Search
from app.portal.forms.day_range import DayRangeForm


class DeliverySearchForm(DayRangeForm):
    recipient = StringField(lazy_gettext("Recipient number"))

    def validate_recipient(self, field: StringField) -> None:
        if self._given_recipient() and self._recipient() is None:
            raise ValidationError(
                gettext("Enter a phone number such as 090-1234-5678 or +819012345678.")
            )

    def search(self) -> Search:
        """What a valid form asks for."""
        since, until = self.span()
        return Search(since, until, self._recipient() if self._given_recipient() else None)

    def query(self) -> dict[str, str]:
        """A valid search as it stands in the address bar."""
        query = {"since": f"{self.since.data}", "until": f"{self.until.data}"}
        return query | ({"recipient": self._given_recipient()} if self._given_recipient() else {})

    def _given_recipient(self) -> str:
        return (self.recipient.data or "").strip()

    def _recipient(self) -> str | None:
        return phone_numbers.parse(self._given_recipient())
