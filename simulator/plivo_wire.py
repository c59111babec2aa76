"""What all of Plivo's REST resources share: basic auth, api_id, errors, paging.

Source: https://www.plivo.com/docs/messaging/api/overview (authentication, status codes, paging).
"""

import secrets
import time
import uuid
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from simulator.exchange import the_exchange
from simulator.metrics import API_REQUESTS

MOST_PER_PAGE = 20
UNAUTHORIZED = (
    "Could not verify your access level for that URL.\nYou have to login with proper credentials"
)


class ApiError(Exception):
    """Answered as {"api_id", "error"} with this status."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status


def account_blueprint(name: str) -> Blueprint:
    """A blueprint for resources below ``/v1/Account/<auth_id>``, guarded and counted."""
    api = Blueprint(name, __name__, url_prefix="/v1/Account/<auth_id>")
    api.before_request(_admit)
    api.after_request(_count)
    api.register_error_handler(ApiError, _refuse)
    api.register_error_handler(HTTPException, _http_error)
    return api


def _admit() -> Response | None:
    if not _is_authorized():
        return Response(
            UNAUTHORIZED,
            401,
            {"WWW-Authenticate": 'Basic realm="Login Required"'},
            mimetype="text/plain",
        )
    exchange = the_exchange()
    most = exchange.weather.conditions.api_requests_per_5_s
    if not exchange.api_limit.admits(time.monotonic(), most):
        raise ApiError(429, "too many requests")
    time.sleep(exchange.weather.api_latency_s())
    if status := exchange.weather.api_error():
        raise ApiError(status, f"error {status}")
    return None


def _count(response: Response) -> Response:
    API_REQUESTS.labels(method=request.method, status=response.status_code).inc()
    return response


def _refuse(error: ApiError) -> tuple[Response, int]:
    return answer(error=str(error)), error.status


def _http_error(error: HTTPException) -> tuple[Response, int]:
    return answer(error=error.name.lower()), error.code or 500


def _is_authorized() -> bool:
    settings = the_exchange().settings
    given = request.authorization
    auth_id = (request.view_args or {})["auth_id"]
    return (
        given is not None
        and auth_id == given.username == settings.auth_id
        and secrets.compare_digest((given.password or "").encode(), settings.auth_token.encode())
    )


def answer(**fields: Any) -> Response:
    """A JSON answer with its api_id."""
    return jsonify(api_id=str(uuid.uuid1()), **fields)


def parameters() -> dict[str, Any]:
    """The body: JSON as the SDK sends it, or a form."""
    if request.is_json:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise ApiError(400, "invalid JSON in the request body")
        return body
    return request.form.to_dict()


def paged(found: list[dict[str, Any]]) -> Response:
    """One page of ``found`` with Plivo's ``meta``, by the query's limit and offset."""
    limit, offset = _number("limit", MOST_PER_PAGE, 1), _number("offset", 0, 0)
    if limit > MOST_PER_PAGE:
        raise ApiError(400, f"limit must be at most {MOST_PER_PAGE}")
    page = found[offset : offset + limit]
    return answer(meta=_meta(limit, offset, len(found)), objects=page)


def _number(name: str, default: int, least: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isdecimal() or int(text) < least:
        raise ApiError(400, f"{name} is invalid")
    return int(text)


def _meta(limit: int, offset: int, total: int) -> dict[str, Any]:
    def page(at: int) -> str | None:
        if not 0 <= at < total or at == offset:
            return None
        query = {**request.args, "limit": limit, "offset": at}
        return f"{request.path}?{urlencode(query)}"

    return {
        "limit": limit,
        "next": page(offset + limit),
        "offset": offset,
        "previous": page(max(offset - limit, 0)) if offset else None,
        "total_count": total,
    }
