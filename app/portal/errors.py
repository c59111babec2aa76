"""Error pages that say what happened and what to do; to scripts the same as JSON."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from app import clock
from app.domain.delivery_columns import screen_time
from app.models.database import session, took_too_long
from app.portal import rate_limits
from app.portal.safe_paths import wants_json

log = logging.getLogger(__name__)


class ErrorWords(NamedTuple):
    """An error page: what happened, and what to do now."""

    title: LazyString
    text: LazyString


FORM_EXPIRED = ErrorWords(
    _("This page was open too long"),
    _(
        "Or you switched the account or logged in again in another tab."
        " For your safety, nothing was sent. Go back, reload the page and send it again."
    ),
)
UNEXPECTED = ErrorWords(
    _("Something went wrong on our side"),
    _(
        "Nothing you did caused this. Wait a moment and try again."
        " If it happens again, tell support the time and what you did."
    ),
)
TOO_SLOW = ErrorWords(
    _("The search took too long"),
    _(
        "It was stopped so that nobody else has to wait. Narrow it: choose fewer days"
        " or search for one number. If it happens again, tell support the time and what you did."
    ),
)
BY_STATUS: Mapping[int, ErrorWords] = {
    400: ErrorWords(
        _("The request could not be read"), _("Go back, reload the page and try again.")
    ),
    403: ErrorWords(
        _("You do not have the right to use this page"),
        _(
            "Your role in this account does not include it."
            " If you need it, ask your company's admin."
        ),
    ),
    404: ErrorWords(
        _("This page does not exist"),
        _(
            "The address may be wrong, or what you are looking for was deleted"
            " or belongs to another account."
        ),
    ),
    405: ErrorWords(
        _("The request could not be read"), _("Go back, reload the page and try again.")
    ),
    413: ErrorWords(_("What you sent is too large"), _("Make it smaller and send it again.")),
}


def install(app: Flask) -> None:
    """Answer every error with our own page."""
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(RateLimitExceeded, _too_many_tries)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(Exception, _unexpected)


def _form_expired(error: CSRFError) -> Response:
    log.info("refused a form without a valid token: %s", error.description)
    return _page(400, FORM_EXPIRED)


def _too_many_tries(_error: RateLimitExceeded) -> Response:
    again_at = rate_limits.retry_at()
    shown = screen_time(again_at + timedelta(seconds=59))  # whole minutes, none too early
    words = ErrorWords(
        _("Too many tries"), _("You can try again from %(at)s (Japan time).", at=shown)
    )
    response = _page(429, words)
    left = math.ceil((again_at - clock.now()).total_seconds())
    response.headers["Retry-After"] = str(max(left, 1))
    return response


def _http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:  # a redirect that routing raises is no error
        return make_response(error.get_response())
    response = _page(error.code, BY_STATUS.get(error.code, UNEXPECTED))
    if error.code == 405:
        response.headers["Allow"] = dict(error.get_headers()).get("Allow", "")
    return response


def _database_error(error: DBAPIError) -> Response:
    if not took_too_long(error):
        return _unexpected(error)
    log.warning("broken off after its time limit: %s", error)
    session.rollback()
    # The screen as it opens from the menu, where the search can be narrowed.
    return _page(503, TOO_SLOW, search_url=request.path if request.method == "GET" else "")


def _unexpected(error: Exception) -> Response:
    log.exception("an error that nobody expected", exc_info=error)
    session.rollback()
    return _page(500, UNEXPECTED)


def _page(status: int, words: ErrorWords, search_url: str = "") -> Response:
    if wants_json():
        return make_response(
            jsonify(error=f"http_{status}", message=f"{words.title} {words.text}"), status
        )
    # The page of an unexpected error asks the database nothing: it may be the database that fails.
    template = "errors/unexpected.html" if words is UNEXPECTED else "errors/error.html"
    return make_response(
        render_template(
            template, status=status, words=words, title=words.title, search_url=search_url
        ),
        status,
    )
