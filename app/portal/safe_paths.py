"""Where to go next, when a request says so: only ever to a page of our own."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request


def safe_path(target: str | None) -> str | None:
    """`target` if it is a path on this site, else None.

    `//host`, `/\\host` and paths with control characters lead elsewhere in browsers.
    """
    if (
        not target
        or not target.startswith("/")
        or target.startswith(("//", "/\\"))
        or not target.isprintable()
    ):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def wanted_path() -> str | None:
    """The page asked for, to come back to it after sign-in; None for a form or the start page."""
    if request.method != "GET" or request.path == "/":
        return None
    return request.full_path if request.query_string else request.path


def wants_json() -> bool:
    """Whether a script of ours asks (fetch with `Accept: application/json`), not a person."""
    return request.accept_mimetypes.best == "application/json"
