"""Addresses of static files that change with their contents, so browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, url_for

KEEP_S = 365 * 24 * 3600


def install(app: Flask) -> None:
    """Give templates `static_url(path)`.

    Versioned files are cached for a year, pages not at all.
    """
    folder = Path(str(app.static_folder))
    versions = {
        path.relative_to(folder).as_posix(): _version(path)
        for path in folder.rglob("*")
        if path.is_file()
    }

    @lru_cache(maxsize=1000)
    def address(_script_root: str, path: str) -> str:
        return url_for("static", filename=path, v=versions[path])

    def static_url(path: str) -> str:
        """Raises KeyError for a file that is not there."""
        return address(request.script_root, path)

    app.jinja_env.globals["static_url"] = static_url
    app.after_request(_set_caching)


def _version(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def _set_caching(response: Response) -> Response:
    if request.endpoint == "static":
        if "v" in request.args:
            response.headers["Cache-Control"] = f"public, max-age={KEEP_S}, immutable"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
