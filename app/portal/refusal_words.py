"""A refusal's code → the sentence that tells the user what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.domain.refusals import Refusal

WORDS: Mapping[str, LazyString] = {
    "wrong_credentials": _("The mail address or the password is wrong."),
    "label_too_long": _("A memo has at most %(longest)s characters."),
    "flow_unknown": _("This flow is not there any more: somebody may have deleted it meanwhile."),
}


def words_for(refusal: Refusal) -> str:
    """The sentence in the reader's language, with the refusal's details filled in.

    Raises KeyError for a code without words: that is a gap of the program, not the user's mistake.
    """
    return gettext(str(WORDS[refusal.code]), **refusal.details)
