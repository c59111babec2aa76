"""A CSV file that somebody filled in: its lines, and what is wrong in which."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.refusals import Refusal

MAX_BYTES = 1024 * 1024


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in a line of the file; its head is line 1."""

    line: int
    refusal: Refusal


class ImportRefused(Exception):
    """Nothing was imported, because of these lines."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        super().__init__(f"{len(problems)} lines")
        self.problems = problems


def rows_of(content: bytes, columns: Sequence[str], *, most: int) -> list[tuple[int, list[str]]]:
    """(line, cells) below the head, without empty lines.

    Raises Refusal("file_too_large", "file_unreadable", "file_without_head" or "file_empty").
    """
    if len(content) > MAX_BYTES:
        raise Refusal("file_too_large", rows=most)
    text = _decoded(content)
    if "\x00" in text:
        raise Refusal("file_unreadable")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise Refusal("file_unreadable") from error
    if not lines or tuple(lines[0][1][: len(columns)]) != tuple(columns):
        raise Refusal("file_without_head", columns=", ".join(columns))
    rows = [(line, cells) for line, cells in lines[1:] if any(cells)]
    if not rows:
        raise Refusal("file_empty")
    if len(rows) > most:
        raise Refusal("file_too_large", rows=most)
    return rows


def template(columns: Sequence[str]) -> bytes:
    """A file to fill in: UTF-8 with a byte order mark, which Excel needs."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\r\n").writerow(columns)
    return lines.getvalue().encode("utf-8-sig")


def _decoded(content: bytes) -> str:
    """UTF-8, or what Japanese Excel writes unless told otherwise."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("file_unreadable")
