"""/ivr/messages/<id>/status: Plivo's delivery reports, each message under an address of its own."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, request

from app.providers.plivo import status_report
from app.services.message_status import take_status_report
from ivr_webhooks.verified_request import signed_by_plivo

pages = Blueprint("message_status", __name__, url_prefix="/ivr")


@pages.post("/messages/<uuid:message_id>/status")
@signed_by_plivo
def status(message_id: uuid.UUID) -> Response:
    """Whatever the report says, the answer is 200: Plivo would only repeat it."""
    take_status_report(message_id, status_report.parse(request.form))
    return Response("", mimetype="text/plain")
