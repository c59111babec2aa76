"""履歴: what callers of a number got and when, every version to read, and versions compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from flask import abort, request
from flask_appbuilder import expose
from flask_babel import gettext as _

from app.domain.roles import Right
from app.models import flow as flow_table
from app.models import flow_event, flow_version, incoming_number
from app.models.flow import Flow
from app.models.flow_event import FlowEvent
from app.models.flow_version import FlowVersion
from app.models.incoming_number import IncomingNumber
from app.portal.flow_drawing import changes, drawing_context
from app.portal.publication_words import ACTIONS, publication_context, remark
from app.portal.view_bases import ROW_ID, AccountView, needs, page_from_request

PAGE_SIZE = 50
DELETED_SHOWN = 20
EVENTS_OF_DELETED = 200


class FlowHistoryView(AccountView):
    route_base = f"/numbers/<{ROW_ID}:number_id>/flow/history"

    @expose("/")
    @needs(Right.EDIT_FLOWS)
    def show(self, number_id: int) -> str:
        number = _number(number_id)
        flow = flow_table.live_flow(number_id)
        pages = max(1, -(-flow_event.count_of_flow(flow.id) // PAGE_SIZE)) if flow else 1
        page = min(page_from_request(), pages)
        deleted = flow_table.deleted_flows(number_id, DELETED_SHOWN)
        return self.render_template(
            "flow_history.html",
            title=_("History"),
            number=number,
            flow=flow,
            events=flow_event.of_flows([flow.id], offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)
            if flow
            else [],
            page=page,
            pages=pages,
            deleted=deleted,
            events_of=_events_of(deleted),
            actions=ACTIONS,
            remark=remark,
            **publication_context(flow),
        )

    @expose(f"/versions/<{ROW_ID}:version_id>")
    @needs(Right.EDIT_FLOWS)
    def version(self, number_id: int, version_id: int) -> str:
        number = _number(number_id)
        version, flow = _version(number, version_id)
        return self.render_template(
            "flow_version.html",
            title=_("Version %(number)s", number=version.number),
            number=number,
            flow=flow,
            version=version,
            content=version.flow_content,
            **drawing_context(),
        )

    @expose(f"/versions/<{ROW_ID}:version_id>/comparison")
    @needs(Right.EDIT_FLOWS)
    def comparison(self, number_id: int, version_id: int) -> str:
        number = _number(number_id)
        version, flow = _version(number, version_id)
        with_draft = request.args.get("with") == "draft"
        live = flow.published_version
        if not with_draft and live is None:
            abort(404)
        other = flow.draft_content if with_draft or live is None else live.flow_content
        return self.render_template(
            "flow_comparison.html",
            title=_("Comparison with version %(number)s", number=version.number),
            number=number,
            flow=flow,
            version=version,
            with_draft=with_draft,
            changes=changes(version.flow_content, other),
        )


def _number(number_id: int) -> IncomingNumber:
    number = incoming_number.by_id(number_id)
    if number is None:
        abort(404)
    return number


def _version(number: IncomingNumber, version_id: int) -> tuple[FlowVersion, Flow]:
    """A version of the number and its flow, which may be deleted."""
    version = flow_version.by_id(version_id)
    flow = flow_table.by_id(version.flow_id) if version else None
    if version is None or flow is None or flow.incoming_number_id != number.id:
        abort(404)
    return version, flow


def _events_of(flows: Sequence[Flow]) -> dict[int, list[FlowEvent]]:
    found: dict[int, list[FlowEvent]] = defaultdict(list)
    for event in flow_event.of_flows(
        [flow.id for flow in flows], offset=0, limit=EVENTS_OF_DELETED
    ):
        found[event.flow_id].append(event)
    return found
