"""The form of a number that wants no SMS."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import Form, StringField
from wtforms.validators import InputRequired


class SuppressionForm(Form):
    number = StringField(
        lazy_gettext("Mobile number"),
        [InputRequired(lazy_gettext("Enter a mobile number."))],
        render_kw={
            "type": "tel",
            "autocomplete": "off",
            "placeholder": "090-1234-5678",
            "maxlength": 30,
        },
    )
