"""The form of a word and its reading."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from wtforms import Form, StringField
from wtforms.validators import InputRequired

from app.domain.reading_hints import MAX_READING, MAX_WRITTEN
from app.domain.refusals import Refusal
from app.models.reading_hint import ReadingHint
from app.portal.refusal_words import words_for


class ReadingHintForm(Form):
    written = StringField(
        lazy_gettext("Written form"),
        [InputRequired(lazy_gettext("Enter the word as it stands in the text."))],
        render_kw={"maxlength": MAX_WRITTEN, "autocomplete": "off"},
    )
    reading = StringField(
        lazy_gettext("Reading"),
        [InputRequired(lazy_gettext("Enter how the word is read, in kana."))],
        render_kw={"maxlength": MAX_READING, "autocomplete": "off"},
    )

    @classmethod
    def showing(cls, hint: ReadingHint, given: Any) -> ReadingHintForm:
        return cls(given, written=hint.written, reading=hint.reading)

    def say(self, refusal: Refusal) -> None:
        """Put the refusal beside its field."""
        field = self.reading if refusal.code.startswith("reading_") else self.written
        field.errors = [*field.errors, words_for(refusal)]
