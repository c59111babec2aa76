"""Nothing of a webhook is believed before Plivo's signature over it was checked."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, current_app, request
from prometheus_client import Counter

from app.providers.plivo import signature

REFUSED = Counter(
    "todoku_webhooks_refused_total", "Webhook requests whose signature was missing or wrong"
)

P = ParamSpec("P")
R = TypeVar("R")


def signed_by_plivo(view: Callable[P, R]) -> Callable[P, R]:
    """Only a request signed with our auth token reaches the view; any other gets 403 and leaves
    only a count.

    The signed address is rebuilt from PUBLIC_BASE_URL: behind a proxy the scheme, host and port
    seen here differ from those Plivo called (plivo.com/docs/voice/concepts/signature-validation).
    """

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        query = request.query_string.decode("latin-1")
        url = current_app.config["PUBLIC_BASE_URL"] + request.path + (f"?{query}" if query else "")
        params = {
            key: values if len(values) > 1 else values[0]
            for key, values in request.form.to_dict(flat=False).items()
        }
        if not signature.verify(
            request.method,
            url,
            dict(request.headers),
            params,
            current_app.config["PLIVO_AUTH_TOKEN"],
        ):
            REFUSED.inc()
            abort(403)
        return view(*args, **kwargs)

    checked.is_signed = True  # type: ignore[attr-defined]  # a test asks every route for it
    return checked
