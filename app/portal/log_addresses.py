"""Where a page of a log begins, as it stands in the address bar."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from flask import request, url_for

from app.models.log_pages import Page, Place

PAGE_SIZE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"([0-9]{1,17})-([0-9a-f]{1,32})")
_ROW_ID = re.compile(r"[0-9]{1,18}")


def place_in(argument: str, read_id: Callable[[str], uuid.UUID | int] = uuid.UUID) -> Place | None:
    """The place that this argument of the address names; None where it makes no sense.

    `read_id` reads the row's id, and raises ValueError for what is none.
    """
    match = _PLACE.fullmatch(request.args.get(argument, ""))
    if match is None:
        return None
    try:
        return Place(_EPOCH + timedelta(microseconds=int(match[1])), read_id(match[2]))
    except ValueError:
        return None


def row_id(text: str) -> int:
    """An integer key; ValueError for what the database could not hold."""
    if not _ROW_ID.fullmatch(text):
        raise ValueError(text)
    return int(text)


def links(
    endpoint: str, query: Mapping[str, Any], page: Page, place_of: Callable[[Any], Place]
) -> dict[str, str]:
    """`newest_url`, and `newer_url` and `older_url` where there is such a page."""

    def beside(**where: str) -> str:
        return url_for(endpoint, **{**query, **where})

    found = {"newest_url": beside()}
    if page.has_newer and page.rows:
        found["newer_url"] = beside(newer_than=_written(place_of(page.rows[0])))
    if page.has_older:
        found["older_url"] = beside(older_than=_written(place_of(page.rows[-1])))
    return found


def attachment(ascii_name: str, full_name: str) -> str:
    """A file's name for Content-Disposition, in ASCII and in full (RFC 6266, RFC 5987)."""
    safe = re.sub(r'[\\/:*?"<>|\s\x00-\x1f\x7f]+', "_", full_name)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(safe, safe='')}"


def _written(place: Place) -> str:
    key = place.id.hex if isinstance(place.id, uuid.UUID) else place.id
    return f"{(place.moment - _EPOCH) // timedelta(microseconds=1)}-{key}"
