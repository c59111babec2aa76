"""公開済みフロー: what callers of a number get now, to read only."""

from __future__ import annotations

from flask import abort
from flask_appbuilder import expose
from flask_babel import gettext as _

from app.domain.roles import Right
from app.models import flow as flow_table
from app.models import incoming_number
from app.portal.flow_drawing import drawing_context
from app.portal.view_bases import ROW_ID, AccountView, needs


class PublishedFlowView(AccountView):
    route_base = f"/numbers/<{ROW_ID}:number_id>/flow/published"

    @expose("/")
    @needs(Right.EDIT_FLOWS)
    def show(self, number_id: int) -> str:
        number = incoming_number.by_id(number_id)
        flow = flow_table.live_flow(number_id)
        if number is None or flow is None or flow.published_version is None:
            abort(404)
        return self.render_template(
            "published_flow.html",
            title=_("Published flow"),
            number=number,
            flow=flow,
            version=flow.published_version,
            content=flow.published_version.flow_content,
            **drawing_context(),
        )
