"""The delivery log as a file: 30 columns, for Excel and for customers' own programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.domain import delivery_columns as columns
from app.domain.delivery_words import ARRIVAL, CARRIER, STATUS, shown_carrier
from app.domain.sms_status import arrival
from app.models import delivery_log
from app.models.delivery_log import Search
from app.services import csv_file


def csv_chunks(account_id: int, search: Search) -> Iterator[bytes]:
    """The file in pieces (UTF-8 with a byte order mark, CRLF), newest message first, in constant
    memory.

    May run after the request is over: it enters the account's scope by itself.
    """
    return csv_file.chunks(
        [column.header for column in columns.COLUMNS],
        (map(_cells, batch) for batch in delivery_log.export(account_id, search)),
    )


def _cells(row: Any) -> list[str]:
    values = values_of(row)
    return [values.get(column.key, "") for column in columns.COLUMNS]


def values_of(row: Any) -> dict[str, str]:
    """The cells that are not always empty, by the key of their column. `row` has the columns
    `delivery_log.EXPORTED`."""
    return {
        "job_id": columns.job_id(row.id),
        "message_id": str(row.id),
        "kind": columns.KIND,
        "accepted_at": columns.csv_time(row.accepted_at),
        "sent_at": columns.csv_time(row.sent_at),
        "recipient": row.recipient,
        "carrier": CARRIER[shown_carrier(row.status, row.carrier)],
        "channel": columns.CHANNEL,
        "campaign_id": columns.campaign_id(row.id),
        "campaign_name": columns.campaign_name(row.id),
        "text": columns.safe_cell(row.body),
        "status": STATUS[row.status],
        "arrival": ARRIVAL[arrival(row.status)],
        "delivered_at": columns.csv_time(row.delivered_at),
        "units": str(row.units),
        "parts": str(row.billed_units or row.parts),
        "incoming_number": row.incoming_number,
    }
