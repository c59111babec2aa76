"""How the screens tell of a flow's history and of planned publications."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from app.domain.japan_days import TOKYO, today
from app.models import publication_plan
from app.models.flow import Flow
from app.models.flow_event import KEPT_NEWER, FlowAction, FlowEvent
from app.portal.forms.publication import PublishForm
from app.services.publication_plans import MISSED


class ActionLook(NamedTuple):
    """What a chip says, its kind and icon."""

    words: LazyString
    kind: str
    icon: str


ACTIONS: Mapping[FlowAction, ActionLook] = {
    FlowAction.PUBLISHED: ActionLook(lazy_gettext("Published"), "success", "publish"),
    FlowAction.RETURNED: ActionLook(lazy_gettext("Returned to a version"), "success", "history"),
    FlowAction.STOPPED: ActionLook(lazy_gettext("Publication stopped"), "warning", "stop"),
    FlowAction.DELETED: ActionLook(lazy_gettext("Flow deleted"), "danger", "trash"),
    FlowAction.RESTORED: ActionLook(lazy_gettext("Restored"), "info", "history"),
    FlowAction.PLAN_BEGAN: ActionLook(
        lazy_gettext("Planned publication began"), "success", "calendar"
    ),
    FlowAction.PLAN_ENDED: ActionLook(
        lazy_gettext("Planned publication ended"), "info", "calendar"
    ),
    FlowAction.PLAN_FAILED: ActionLook(
        lazy_gettext("Planned publication failed"), "danger", "error"
    ),
}

_WHY_FAILED: Mapping[str, LazyString] = {
    MISSED: lazy_gettext("Our program was not running between its beginning and its end."),
    "sender_unknown": lazy_gettext("The sender number does not belong to this account any more."),
    "trial_calls_failed": lazy_gettext("Saved trial calls go differently on it."),
}


def remark(event: FlowEvent) -> str:
    """What there is to say about an event: the user's comment, or what the schedule tells."""
    if event.action is FlowAction.PLAN_FAILED:
        return str(_WHY_FAILED.get(event.comment) or _("It does not keep today's rules any more."))
    if event.action is FlowAction.PLAN_ENDED and event.comment == KEPT_NEWER:
        return _("Something else was published by hand meanwhile, and stays.")
    return event.comment


def short_moment(moment: datetime) -> str:
    """Japan time as 12/29 0:00, with the year where it is not this one."""
    local = moment.astimezone(TOKYO)
    year = f"{local.year}/" if local.year != today().year else ""
    return f"{year}{local.month}/{local.day} {local.hour}:{local.minute:02}"


def publication_context(flow: Flow | None) -> dict[str, Any]:
    """What the templates around 「公開」 need besides the flow."""
    return {
        "publish_form": PublishForm(revision=str(flow.draft_revision) if flow else ""),
        "plans": publication_plan.open_plans(flow.id) if flow else [],
        "short_moment": short_moment,
    }
