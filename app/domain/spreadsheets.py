"""What Excel and its kin make of a text that they open as a cell.

Some run it as a formula: OWASP, "CSV Injection". Before they look, they skip blanks; Japanese
versions take full-width signs for the plain ones.
"""

import re

SKIPPED = " \u3000"
# The minus sign U+2212 becomes a full-width one in Shift_JIS (see `shift_jis`).
FORMULA_SIGNS = "=+-@\t\r\n＝＋－＠\u2212"
PHONE_NUMBER = r"^\+[0-9]{5,15}$"
"""For Python's and for PostgreSQL's regular expressions, which both match it to the very end with
`fullmatch` and `~`: as a formula such a number is only itself, and an import has to find its +."""

_PHONE_NUMBER = re.compile(PHONE_NUMBER)


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would run it as a formula.

    Phone numbers (+81…) stay as they are.
    """
    first = text.lstrip(SKIPPED)[:1]
    if first and first in FORMULA_SIGNS and not _PHONE_NUMBER.fullmatch(text):
        return f"'{text}"
    return text
