"""The audit trail as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.domain import csv_file
from app.domain.audit_changes import AuditWords, Change
from app.domain.delivery_cells import csv_time
from app.domain.spreadsheets import safe_cell
from app.models.audit_trail import Trail

COLUMNS = (
    "at",
    "actor",
    "address",
    "company",
    "account",
    "action",
    "subject",
    "field",
    "before",
    "after",
)


def csv_chunks(trail: Trail, header: Sequence[str], words: AuditWords) -> Iterator[bytes]:
    """The file in pieces, newest entry first, in constant memory; a line per changed field.

    `header` names the COLUMNS. May run after the request is over.
    """
    return csv_file.chunks(header, (_lines(batch, words) for batch in trail.batches()))


def _lines(batch: Sequence[Any], words: AuditWords) -> Iterator[list[str]]:
    for row in batch:
        cells = [
            row.actor,
            row.address,
            row.company_name or "",
            row.account_name or "",
            words.action(row.action),
            row.subject,
        ]
        for change in words.changes(row.before, row.after) or [Change("", "", "")]:
            yield [csv_time(row.at), *map(safe_cell, (*cells, *change))]
