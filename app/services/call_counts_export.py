"""Call counts as a file: a line per number, or per day and number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from app.domain import csv_file
from app.domain.call_outcomes import SUMMED, CallSums
from app.domain.spreadsheets import safe_cell
from app.models.call_counts import FoundCalls
from app.models.incoming_number import IncomingNumber

NUMBER_COLUMNS = ("number", "label", *SUMMED)
DAY_COLUMNS = ("day", *NUMBER_COLUMNS)


def by_number(
    header: Sequence[str], numbers: Sequence[IncomingNumber], found: FoundCalls
) -> Iterator[bytes]:
    """The file in pieces; `header` names the NUMBER_COLUMNS. Numbers with no calls too."""
    sums = found.by("incoming_number_id")
    lines = (_line(number, sums.get(number.id, CallSums())) for number in numbers)
    return csv_file.chunks(header, [lines])


def by_day(
    header: Sequence[str],
    days: Iterable[date],
    numbers: Sequence[IncomingNumber],
    found: FoundCalls,
) -> Iterator[bytes]:
    """The file, a piece per day; `header` names the DAY_COLUMNS. Days with no calls too."""
    sums = found.by("day", "incoming_number_id")
    lines = (
        [
            [f"{day:%Y/%m/%d}", *_line(number, sums.get((day, number.id), CallSums()))]
            for number in numbers
        ]
        for day in days
    )
    return csv_file.chunks(header, lines)


def _line(number: IncomingNumber, sums: CallSums) -> list[str]:
    counts = [str(getattr(sums, name)) for name in SUMMED]
    return [number.number, safe_cell(number.label), *counts]
