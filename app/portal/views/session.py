"""For the warning before a session ends: how long it still lives, and 「操作を続ける」."""

from __future__ import annotations

from flask import Response, jsonify
from flask_appbuilder import BaseView, expose

from app.portal import session_life


class SessionView(BaseView):
    route_base = "/session"

    @expose("/")
    def state(self) -> Response:
        """Asking does not count as activity."""
        return jsonify(seconds_left=session_life.seconds_left())

    @expose("/keep", methods=["POST"])
    def keep(self) -> Response:
        session_life.stay()
        return jsonify(seconds_left=session_life.seconds_left())
