"""Excel files: the cells of a CSV file as text, on as many sheets as it takes."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest

from app.domain import csv_file
from app.domain.refusals import Refusal
from app.providers import xlsx_file

HEADER = ("番号", "b", "本文")
PIECES = (
    *("=", "+", "-", "@", "\t", "\n", " ", "\u3000", '"', "'", "&", "<", ">", "]]>", "%", ","),
    *("+819012345678", "0120", "1E5", "TRUE", "2023/10/10", "案内", "ｱ", "😀", "𠮷", "\u2028", ""),
)


def _odd_rows(count: int) -> list[list[str]]:
    odd = random.Random(20250221)
    rows = [
        ["".join(odd.choices(PIECES, k=odd.randrange(6))) for _ in HEADER] for _ in range(count)
    ]
    return [["", "a column that is empty at first", ""], *rows]


def _sheets(
    rows: Sequence[Sequence[str]], told: int | None = None, per_sheet: int = 1000
) -> dict[str, list[list[str]]]:
    chunks = csv_file.chunks(HEADER, [rows])
    with xlsx_file.converted(chunks, len(rows) if told is None else told, per_sheet) as file:
        book = openpyxl.load_workbook(file)
        return {
            sheet.title: [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
            for sheet in book
        }


def test_every_cell_comes_back() -> None:
    rows = _odd_rows(2000)
    assert _sheets(rows, per_sheet=5000) == {"Sheet1": [list(HEADER), *rows]}


def test_line_ends_are_excel_s() -> None:
    assert _sheets([["1", "a\r\nb", "c\rd"]])["Sheet1"][1] == ["1", "a\nb", "c\nd"]


def test_more_rows_than_a_sheet_holds() -> None:
    rows = [[str(number), "", "x"] for number in range(25)]
    sheets = _sheets(rows, per_sheet=10)
    assert list(sheets) == ["Sheet1", "Sheet2", "Sheet3"]
    assert [len(sheet) for sheet in sheets.values()] == [11, 11, 6]
    assert {tuple(sheet[0]) for sheet in sheets.values()} == {HEADER}
    assert [row for sheet in sheets.values() for row in sheet[1:]] == rows


def test_nothing_is_left_out_silently() -> None:
    rows = [[str(number), "", ""] for number in range(25)]
    with pytest.raises(Refusal, match="xlsx_failed"):
        _sheets(rows, told=3, per_sheet=10)


def test_a_file_without_rows_has_its_header() -> None:
    assert _sheets([])["Sheet1"][0] == list(HEADER)
    assert not any(map(any, _sheets([])["Sheet1"][1:]))


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full").open("r+b", buffering=0)  # noqa: SIM115 - closed by who writes it
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda: full)
    with pytest.raises(Refusal, match="xlsx_disk_full"):
        xlsx_file.converted(csv_file.chunks(HEADER, [_odd_rows(10)]), 10)
    assert full.closed


def test_what_breaks_while_reading_is_raised_and_nothing_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def breaking() -> Iterator[bytes]:
        yield from csv_file.chunks(HEADER, [_odd_rows(10)])
        assert list(tmp_path.iterdir()) == []  # no name while it is written either
        raise ConnectionError("the database is gone")

    with pytest.raises(ConnectionError, match="the database is gone"):
        xlsx_file.converted(breaking(), 10)
    assert list(tmp_path.iterdir()) == []
