"""No program writes phone numbers into its log, whoever words the line: ours, a library's, a
traceback's."""

from __future__ import annotations

import logging
import re
from typing import Any

from app.domain.masked_numbers import masked

_ACCESS_LOGS = ("gunicorn.access", "werkzeug")
_QUERY = re.compile(r"\?[^\s\"]*")


def install() -> None:
    """From now on, every record of this process is masked when it is made, before any handler."""
    if not isinstance(logging.getLogRecordFactory(), _PrivateRecords):
        logging.setLogRecordFactory(_PrivateRecords())


class _PrivateRecords:
    def __init__(self) -> None:
        self._make = logging.getLogRecordFactory()
        self._tracebacks = logging.Formatter()

    def __call__(self, *args: Any, **values: Any) -> logging.LogRecord:
        record = self._make(*args, **values)
        try:
            text = record.getMessage()
        except (TypeError, ValueError, KeyError):
            return record  # a line that cannot be worded: logging says so itself
        if record.name in _ACCESS_LOGS:
            text = _QUERY.sub("?…", text)  # searches in any spelling, referrers too
        record.msg, record.args = masked(text), ()
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = masked(self._tracebacks.formatException(record.exc_info))
        return record
