"""A CSV file in pieces, for Excel and for customers' own programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

# Excel takes a file without it for Shift_JIS and shows mojibake.
BYTE_ORDER_MARK = "\ufeff"


def chunks(header: Sequence[str], batches: Iterable[Iterable[Sequence[str]]]) -> Iterator[bytes]:
    """The file (UTF-8 with a byte order mark, CRLF), a piece per batch of lines.

    Cells are written as they come: text of people goes through `spreadsheets.safe_cell` first.
    """
    yield (BYTE_ORDER_MARK + lines([header])).encode()
    for batch in batches:
        yield lines(batch).encode()


def lines(rows: Iterable[Sequence[str]]) -> str:
    """The rows as lines that end in CRLF."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()
