"""Uploads may be larger than forms: their view reads them piece by piece."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, request

from app.domain.guidance_audio import MAX_BYTES

LARGER: Mapping[str, int] = {"AudioFileView.upload": MAX_BYTES}


def install(app: Flask) -> None:
    """Call it before CSRFProtect, which looks into the body for a token."""
    app.before_request(_allow)


def _allow() -> None:
    if request.endpoint and request.endpoint in LARGER:
        request.max_content_length = LARGER[request.endpoint]
