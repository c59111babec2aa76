"""開封: who followed the short URLs of the messages, and when first."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.link_visitors import is_program
from app.models import link_click
from app.models.database import new_id, transaction
from app.models.link_click import MAX_USER_AGENT
from app.models.tenant_scope import all_companies


@dataclass(frozen=True)
class Click:
    """A request for a short URL that exists. `purpose` as in `is_program`."""

    code: str
    account_id: int
    at: datetime
    method: str
    user_agent: str
    purpose: str
    address: str


def record_clicks(clicks: Sequence[Click], *, secret_key: str) -> None:
    """Write them, and on their messages when a person first followed a link.

    Of an address only a keyed hash is kept: it tells visitors apart, and without the key nobody
    finds an address by trying all there are.
    """
    rows = [_row(click, secret_key) for click in clicks]
    opened: dict[str, datetime] = {}
    for row in rows:
        if not row["is_bot"]:
            opened[row["code"]] = min(row["at"], opened.get(row["code"], row["at"]))
    with all_companies("links are public"), transaction():
        link_click.add_all(rows)
        if opened:
            link_click.note_opened(opened)


def _row(click: Click, secret_key: str) -> Mapping[str, Any]:
    address = hmac.new(secret_key.encode(), f"link:{click.address}".encode(), hashlib.sha256)
    return {
        "id": new_id(),
        "code": click.code,
        "account_id": click.account_id,
        "at": click.at,
        "user_agent": "".join(filter(str.isprintable, click.user_agent))[:MAX_USER_AGENT],
        "is_bot": is_program(click.user_agent, method=click.method, purpose=click.purpose),
        "address_hash": address.hexdigest()[:32],
    }
