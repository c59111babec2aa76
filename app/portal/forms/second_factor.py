"""The forms of the second factor."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length


class CodeForm(FlaskForm):
    code = StringField(
        _("Code"),
        [InputRequired(_("Enter the code.")), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false"},
    )


class PasswordForm(FlaskForm):
    password = PasswordField(
        _("Current password"),
        [InputRequired(_("Enter your current password.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )


class EnrolForm(CodeForm, PasswordForm):
    """A code of the new secret, and the password once more."""
