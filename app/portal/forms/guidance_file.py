"""The fields of the editor with which a guidance is a file: its kind, and the file's id."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, RadioField

from app.domain.flow_content import GuidanceFile
from app.domain.refusals import Refusal
from app.models import audio_file
from app.models.audio_file import AudioFile, AudioState
from app.portal.refusal_words import words_for
from app.services import audio_files

TEXT = "text"
FILE = "file"


def kind_field() -> RadioField:
    """「ガイダンス種別」. Whoever does not say it means the text."""
    return RadioField(
        lazy_gettext("Guidance kind"),
        choices=[(TEXT, lazy_gettext("Text")), (FILE, lazy_gettext("Audio file"))],
        default=TEXT,
        validate_choice=False,
    )


class GuidanceFileField(HiddenField):
    """The id of an uploaded file, or nothing."""

    @cached_property
    def row(self) -> AudioFile | None:
        """The file, in the account in scope."""
        try:
            return audio_file.by_id(uuid.UUID(self.data or ""))
        except ValueError:
            return None

    @property
    def is_heard(self) -> bool:
        """Whether callers can hear the file as it is."""
        return self.row is not None and self.row.audio_hash is not None

    @cached_property
    def file_problems(self) -> list[str]:
        """Why the file can't be heard as it is."""
        return (
            [words_for(problem) for problem in audio_files.problems_of(self.row)]
            if self.row
            else []
        )

    def chosen(self) -> GuidanceFile:
        """What the content of a flow keeps of the file.

        Raises Refusal where there is none, or none that callers could hear.
        """
        if not self.data:
            raise Refusal("audio_missing")
        file = self.row
        if file is None:
            raise Refusal("audio_gone")
        if file.state is AudioState.CONVERTING:
            raise Refusal("audio_converting")
        if file.audio_hash is None or file.duration_ms is None:
            raise Refusal("audio_refused", problems=" ".join(self.file_problems))
        return GuidanceFile(str(file.id), file.name, file.audio_hash, file.duration_ms)


def file_problem_words(mark: str, refusal: Refusal) -> str:
    """What is wrong with the file of a slot, and what to do."""
    details: dict[str, Any] = {"mark": mark, **refusal.details}
    match refusal.code:
        case "audio_missing":
            return gettext("Choose an audio file for %(mark)s, or set its kind to text.", **details)
        case "audio_converting":
            return gettext(
                "The file of %(mark)s is still being converted. Wait a moment and save again.",
                **details,
            )
        case "audio_refused":
            return gettext("The file of %(mark)s cannot be used as it is. %(problems)s", **details)
        case _:
            return gettext(
                "The file of %(mark)s is not there any more. Choose it again.", **details
            )
