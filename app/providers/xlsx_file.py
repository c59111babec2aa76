"""Making an Excel file of a CSV file, in a process of its own.

Apart from the portal's, as it takes tens of seconds of CPU for a million rows: the process has the
lowest claim to it, and whatever becomes of it, the portal lives.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from app.domain.refusals import Refusal

ROWS_PER_SHEET = 1_048_575
"""Besides the header. Source: Microsoft, "Excel specifications and limits"."""
DISK_FULL = 28
MORE_ROWS = 75
"""Statuses with which the process ends."""

_ROOT = Path(__file__).resolve().parents[2]
_WRITER = "app.providers.xlsx_writer"


def converted(
    csv_chunks: Iterable[bytes], rows: int, rows_per_sheet: int = ROWS_PER_SHEET
) -> IO[bytes]:
    """The Excel file of a CSV file (UTF-8) of about so many rows, to be read from its beginning.

    It has no name in the file system, nor have those that it is made of: closed, or its process
    dead, it is gone. Raises Refusal: xlsx_disk_full, xlsx_failed.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        status = _write(csv_chunks, file, rows // rows_per_sheet + 1, rows_per_sheet)
        if status == DISK_FULL:
            raise Refusal("xlsx_disk_full")
        if status != 0:
            raise Refusal("xlsx_failed", status=status)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _write(csv_chunks: Iterable[bytes], file: IO[bytes], sheets: int, rows_per_sheet: int) -> int:
    command = [sys.executable, "-m", _WRITER, str(sheets), str(rows_per_sheet)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command,
        cwd=_ROOT,
        env={"TMPDIR": tempfile.gettempdir(), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=file,
    ) as process:
        assert process.stdin is not None, "it is a pipe"
        try:
            with suppress(BrokenPipeError), process.stdin:  # its status says why it does not listen
                for chunk in csv_chunks:
                    process.stdin.write(chunk)
            return process.wait()
        except BaseException:
            process.kill()
            raise
