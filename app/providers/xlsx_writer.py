"""`python -m app.providers.xlsx_writer SHEETS ROWS_PER_SHEET`: the process that makes an Excel file
of a CSV file. `xlsx_file` starts it, with the one as standard output, the other (UTF-8) as input.

Every cell is text, as it is: phone numbers keep their +, and nothing runs. Line ends in a cell
become \\n, which is Excel's own. Ends with a status of its own where the disk is full, and where
there are more rows than the sheets hold.
"""

from __future__ import annotations

import csv
import errno
import io
import itertools
import os
import resource
import sys
import unicodedata
from collections.abc import Iterator

from rustpy_xlsxwriter import Format, write_worksheets

from app.providers.xlsx_file import DISK_FULL, MORE_ROWS

CPU_S = 900
NARROWEST, WIDEST = 8, 60  # in digits, as Excel counts
TEXT = "@"  # Excel's format of what stays text when somebody edits it
OUTPUT = "/dev/fd/1"


def main(sheets: int, rows_per_sheet: int) -> int:
    os.nice(10)  # calls come first
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    rows = csv.reader(io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline=None))
    header = next(rows)
    try:
        _write(header, rows, sheets, rows_per_sheet)
    except BaseException as error:  # a panic in Rust is none of Python's Exceptions
        if f"os error {errno.ENOSPC}" in str(error) or "StorageFull" in str(error):
            return DISK_FULL
        raise
    return MORE_ROWS if next(rows, None) else 0


def _write(header: list[str], rows: Iterator[list[str]], sheets: int, rows_per_sheet: int) -> None:
    first = list(itertools.islice(rows, 1))
    rows = itertools.chain(first, rows)
    names = [f"Sheet{number}" for number in range(1, sheets + 1)]  # as Excel calls them
    text = Format().set_num_format(TEXT)
    widths = [_width(cells) for cells in zip(header, *first, strict=True)]
    write_worksheets(
        [(name, _records(header, itertools.islice(rows, rows_per_sheet))) for name in names],
        OUTPUT,
        freeze_panes={"general": {"row": 1, "col": 0}},
        header_format={name: Format().set_bold() for name in names},
        column_formats={name: [text] * len(header) for name in names},
        column_widths=dict.fromkeys(names, widths),
        autofilter=dict.fromkeys(names, True),
        ignore_errors=dict.fromkeys(names, header),  # "number stored as text", on purpose
    )


def _records(header: list[str], rows: Iterator[list[str]]) -> Iterator[dict[str, str | None]]:
    row = None
    for row in rows:
        yield dict(zip(header, [cell or None for cell in row], strict=True))
    if row is None:  # a sheet without a record would have no header either
        yield dict.fromkeys(header)


def _width(cells: tuple[str, ...]) -> float:
    """Wide enough for the cells' longest line; Japanese characters take two digits' place."""
    lines = [line for cell in cells for line in cell.split("\n")]
    longest = max(sum(_places(character) for character in line) for line in lines)
    return float(min(WIDEST, max(NARROWEST, longest + 2)))


def _places(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
