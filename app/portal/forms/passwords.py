"""The form fields of new passwords, and the rules as a page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from app.domain.passwords import PATTERNS, PasswordRule, mail_name
from app.domain.refusals import Refusal
from app.portal.refusal_words import words_for

LONGEST = 200
RULE_WORDS: Mapping[PasswordRule, LazyString] = {
    PasswordRule.LENGTH: _("At least 10 characters"),
    PasswordRule.UPPER: _("An upper-case letter (A–Z)"),
    PasswordRule.LOWER: _("A lower-case letter (a–z)"),
    PasswordRule.DIGIT: _("A digit (0–9)"),
    PasswordRule.SYMBOL: _("A symbol such as ! # % + ?"),
    PasswordRule.NO_SPACE: _("No white space"),
    PasswordRule.NOT_MAIL_NAME: _("Not the part of your mail address before the @"),
    PasswordRule.NOT_GUESSABLE: _("Not easily guessed (checked when you save)"),
}


class NewPasswordForm(FlaskForm):
    """A new password, twice."""

    new_password = PasswordField(
        _("New password"),
        [InputRequired(_("Enter a new password.")), Length(max=LONGEST)],
        render_kw={"autocomplete": "new-password"},
    )
    new_password_again = PasswordField(
        _("New password (again)"),
        [
            InputRequired(_("Enter the new password again.")),
            EqualTo("new_password", _("The two passwords differ.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        """The new password comes last, as on the page: errors are listed in that order."""
        super().__init__(*arguments, **keywords)
        for name in ("new_password", "new_password_again"):
            self._fields.move_to_end(name)

    def show(self, refusal: Refusal) -> None:
        """Put what a service refused beside the field it is about."""
        self._field_of(refusal.code).append(words_for(refusal))

    def _field_of(self, code: str) -> list[str]:
        if code in ("password_rules", "password_used_before"):
            return self._errors_of(self.new_password)
        return self.form_errors  # type: ignore[no-any-return]

    @staticmethod
    def _errors_of(field: Any) -> list[str]:
        field.errors = list(field.errors)
        return field.errors  # type: ignore[no-any-return]


class PasswordChangeForm(NewPasswordForm):
    current_password = PasswordField(
        _("Current password"),
        [InputRequired(_("Enter your current password.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )

    def _field_of(self, code: str) -> list[str]:
        if code == "wrong_current_password":
            return self._errors_of(self.current_password)
        return super()._field_of(code)


class ResetRequestForm(FlaskForm):
    mail_address = StringField(
        _("Mail address"),
        [InputRequired(_("Enter your mail address.")), Length(max=254)],
        render_kw={"autocomplete": "username"},
    )


class ResetForm(NewPasswordForm):
    code = StringField(
        _("Authentication code"),
        [InputRequired(_("Enter the authentication code of the mail.")), Length(max=30)],
        render_kw={"autocomplete": "one-time-code"},
    )

    def _field_of(self, code: str) -> list[str]:
        if code == "wrong_reset_code":
            return self._errors_of(self.code)
        return super()._field_of(code)


def rules_for(mail_address: str, refusal: Refusal | None = None) -> dict[str, Any]:
    """What the list of rules beside a new password needs: macros/passwords.html.

    A rule comes with the pattern that a script checks while somebody types. Without one, it is that
    the password must not contain `mail_name`, or one that only a service decides. `broken` are
    those that a service found broken.
    """
    broken = refusal.details.get("broken", ()) if refusal else ()
    name = mail_name(mail_address)
    return {
        "mail_name": name,
        "broken": broken,
        "items": [
            (rule, words, PATTERNS.get(rule, ""))
            for rule, words in RULE_WORDS.items()
            if name or rule is not PasswordRule.NOT_MAIL_NAME
        ],
    }
