"""Text as it comes in with a request: without NUL, which PostgreSQL takes in no column and no
condition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.datastructures.structures import iter_multi_items


class Fields(ImmutableMultiDict[str, Any]):
    """What a query or a form holds; files are left as they are."""

    def __init__(self, given: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        super().__init__(
            (name, value.replace("\0", "") if isinstance(value, str) else value)
            for name, value in iter_multi_items(given or ())
        )


class PortalRequest(Request):
    parameter_storage_class = Fields


def install(app: Flask) -> None:
    app.request_class = PortalRequest
