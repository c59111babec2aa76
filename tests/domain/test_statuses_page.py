"""docs/statuses.md says what the code does, and leaves nothing out."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from app.domain import sms_status
from app.domain.carriers import Carrier
from app.domain.delivery_words import ARRIVAL, STATUS
from app.domain.sms_status import (
    FINAL_STATUSES,
    MessageStatus,
    after_report,
    arrival,
    status_of_report,
)

PAGE = (Path(__file__).resolve().parents[2] / "docs/statuses.md").read_text(encoding="utf-8")
NAMED = {word: status for status, word in STATUS.items() if status is not MessageStatus.SENDING}
FAILURES = ("failed", "undelivered", "rejected")
CARRIERS = (None, *Carrier)
OTHER_WORDS = ("read", "received", "")
OTHER_CODES = (None, "1000", "77", "12345")


def table(heading: str) -> list[list[str]]:
    """The cells of each row below the heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


REPORTS = table("One report of Plivo's")
PARTS = table("A split text")
STATUSES = table("Every status")
CODES = [row[1].strip("`") for row in REPORTS if row[1].startswith("`")]


def words_of(cell: str) -> tuple[str, ...]:
    if cell == "any other":
        return OTHER_WORDS
    return FAILURES if cell == "failure" else tuple(each.strip(" `") for each in cell.split(","))


def codes_of(cell: str) -> tuple[str | None, ...]:
    if cell == "any":
        return (*dict.fromkeys(CODES), *OTHER_CODES)
    return OTHER_CODES if cell.startswith("none") else (cell.strip("`"),)


def carriers_of(cell: str) -> tuple[Carrier | None, ...]:
    if cell == "docomo":
        return (Carrier.DOCOMO,)
    return tuple(each for each in CARRIERS if cell == "any" or each is not Carrier.DOCOMO)


@pytest.mark.parametrize("row", REPORTS, ids=lambda row: " ".join(row[:3]))
def test_each_row_of_the_reports(row: list[str]) -> None:
    for word, code, carrier in itertools.product(
        words_of(row[0]), codes_of(row[1]), carriers_of(row[2])
    ):
        status = status_of_report(word, code, carrier)
        if row[3] == "stays":
            assert status is None
            continue
        assert status is NAMED[row[3]], (word, code, carrier)
        assert ARRIVAL[arrival(status)] == row[4]


def test_every_combination_has_one_row() -> None:
    rows = [
        combination
        for row in REPORTS
        for combination in itertools.product(
            words_of(row[0]), codes_of(row[1]), carriers_of(row[2])
        )
    ]
    words = ("queued", "sent", "delivered", *FAILURES, *OTHER_WORDS)
    codes = (*dict.fromkeys(CODES), *OTHER_CODES)
    assert len(rows) == len(set(rows))
    assert set(rows) == set(itertools.product(words, codes, CARRIERS))


def test_every_code_that_the_code_knows_has_a_row() -> None:
    assert set(CODES) == set(sms_status._BY_ERROR_CODE)
    assert set(words_of("failure")) == set(sms_status._BY_FAILURE_WORD)


@pytest.mark.parametrize("row", PARTS, ids=" → ".join)
def test_each_row_of_the_parts(row: list[str]) -> None:
    current, told, then = (NAMED[cell] for cell in row)
    assert after_report(current, told, parts=2) is then


def test_every_status_is_told_once() -> None:
    assert [NAMED[row[0]] for row in STATUSES] == [s for s in MessageStatus if s in NAMED.values()]


@pytest.mark.parametrize("row", STATUSES, ids=lambda row: row[0])
def test_each_row_of_the_statuses(row: list[str]) -> None:
    status = NAMED[row[0]]
    assert (status in FINAL_STATUSES) is (row[1] == "yes")
    assert ARRIVAL[arrival(status)] == row[2]
