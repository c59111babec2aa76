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
    """The page to come back to after sign-in: the one asked for, or the one a form was sent from.

    None for the start page, and where a form does not say from where it comes.
    """
    if request.method != "GET":
        return _sending_page()
    if request.path == "/":
        return None
    return request.full_path if request.query_string else request.path


def _sending_page() -> str | None:
    sender = urlsplit(request.referrer or "")
    if sender.netloc != request.host:
        return None
    return safe_path(f"{sender.path}?{sender.query}" if sender.query else sender.path)


def wants_json() -> bool:
    """Whether a script of ours asks (fetch with `Accept: application/json`), not a person."""
    return request.accept_mimetypes.best == "application/json"
