"""/<8 letters or digits>: the short URL of one message leads to where its author meant."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, current_app, make_response, render_template, request

from app import clock
from app.domain.short_codes import CODE_PATTERN
from app.models import short_url
from app.models.tenant_scope import all_companies
from app.services.link_clicks import Click

pages = Blueprint("short_links", __name__)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@pages.get("/<code>")
def follow(code: str) -> Response:
    """302 to the address stored with the code; pages for a code nobody minted (404) and for one
    that has expired (410)."""
    link = None
    if CODE_PATTERN.fullmatch(code):
        with all_companies("the code itself is the key"):
            link = short_url.link_of(code)
    if link is None:
        return _page("not_found", 404)
    now = clock.now()
    if now >= link.created_at + timedelta(days=current_app.config["SHORT_URL_EXPIRES_AFTER_DAYS"]):
        return _page("expired", 410)
    current_app.extensions["todoku_clicks"].add(
        Click(
            code=code,
            account_id=link.account_id,
            at=now,
            method=request.method,
            user_agent=request.headers.get("User-Agent", ""),
            purpose=request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")),
            address=request.remote_addr or "",
        )
    )
    return Response(status=302, headers={"Location": link.target, "Cache-Control": "no-store"})


def _page(problem: str, status: int) -> Response:
    page = make_response(render_template("short_link.html", problem=problem), status)
    page.headers["Cache-Control"] = "no-store"
    page.headers["Content-Security-Policy"] = POLICY
    page.headers["X-Robots-Tag"] = "noindex"
    return page
