"""Phone numbers in texts that people read who need not know who called."""

from __future__ import annotations

import re

# Not within a word, an identifier or a fraction, and 10 digits at least: times and UUIDs stay.
_NUMBER = re.compile(
    r"""(?: (?P<international> (?:\+|%2[Bb])\d[\d-]{3} )
          | (?<![\w.+-]) (?P<bare> 81\d\d | 0\d\d? ) )
        [\d-]{3,9}
        (?P<last> \d{4} )
        (?![\w-])""",
    re.VERBOSE | re.ASCII,
)


def masked(text: str) -> str:
    """+819012345678 → +8190****5678, likewise 090-1234-5678, 819012345678 and %2B819012345678."""
    return _NUMBER.sub(
        lambda found: f"{found['international'] or found['bare']}****{found['last']}", text
    )
