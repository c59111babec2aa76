"""/<8 letters or digits>: the short URL of one message leads to where its author meant."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from app.domain.short_codes import CODE_PATTERN
from app.models import short_url
from app.models.tenant_scope import all_companies

pages = Blueprint("short_links", __name__)


@pages.get("/<code>")
def follow(code: str) -> Response:
    """302 to the address stored with the code, 404 for a code nobody minted."""
    if not CODE_PATTERN.fullmatch(code):
        abort(404)
    with all_companies("the code itself is the key"):
        target = short_url.target_of(code)
    if target is None:
        abort(404)
    return Response(status=302, headers={"Location": target, "Cache-Control": "no-store"})
