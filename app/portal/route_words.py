"""How a number stands at Plivo, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.services.number_routing import Route


class RouteWords(NamedTuple):
    """`is_right`: nothing is to be assigned."""

    label: LazyString
    chip: str
    icon: str
    meaning: LazyString
    is_right: bool = False


ROUTES: Mapping[Route, RouteWords] = {
    Route.OURS: RouteWords(
        _("Assigned"),
        "success",
        "check",
        _("Calls of this number come to this service."),
        is_right=True,
    ),
    Route.OUTDATED: RouteWords(
        _("Old addresses"),
        "warning",
        "warning",
        _(
            "The number has our application at Plivo, but with other addresses than now. Assigning"
            " puts them right for all our numbers."
        ),
    ),
    Route.ELSEWHERE: RouteWords(
        _("Assigned elsewhere"),
        "warning",
        "warning",
        _("Calls of this number go to another application. Assigning takes it away from there."),
    ),
    Route.NOWHERE: RouteWords(
        _("Not assigned"),
        "warning",
        "warning",
        _("The number has no application at Plivo: callers do not reach this service."),
    ),
}
