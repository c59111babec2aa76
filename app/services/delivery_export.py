"""The delivery log as a file: 30 columns, for Excel and for customers' own programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from app.domain import csv_file, shift_jis
from app.domain.delivery_columns import COLUMNS
from app.models import delivery_export
from app.models.delivery_log import Search
from app.providers import xlsx_file


def csv_chunks(account_id: int, search: Search) -> Iterator[bytes]:
    """The file in pieces (UTF-8 with a byte order mark, CRLF), newest message first, in constant
    memory.

    The header comes at once. May run after the request is over: no transaction spans two pieces.
    What breaks in the middle is raised, and the receiver has to be told: a part of the file looks
    like a file.
    """
    yield (csv_file.BYTE_ORDER_MARK + _header()).encode()
    yield from delivery_export.csv_batches(account_id, search)


def shift_jis_chunks(account_id: int, search: Search) -> Iterator[bytes]:
    """The same in Shift_JIS (CP932), for programs that know no Unicode."""
    yield shift_jis.encode(_header())
    for batch in delivery_export.csv_batches(account_id, search):
        yield shift_jis.encode(batch.decode())


def xlsx(account_id: int, search: Search) -> IO[bytes]:
    """The same cells as an Excel file, a temporary one that is gone once closed.

    Raises Refusal: xlsx_disk_full, xlsx_failed.
    """
    rows = delivery_export.count(account_id, search)
    return xlsx_file.converted(csv_chunks(account_id, search), rows)


def _header() -> str:
    return csv_file.lines([[column.header for column in COLUMNS]])
