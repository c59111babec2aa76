from __future__ import annotations

import pytest

from app.domain.one_line import one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  本店 \u3000 駅前\r\n\t2階 ", "本店 駅前 2階"),
        ("a\x00b\x1b[31mc\x7fd\x85e", "a b [31mc d e"),
        ("社長\u202egpj.exe\u2069", "社長 gpj.exe"),
        ("👨\u200d👩\u200d👧 が\u3099 𠮷\ufe00", "👨\u200d👩\u200d👧 が\u3099 𠮷\ufe00"),
        ("\x07\u2028 ", ""),
    ],
)
def test_only_what_is_seen_is_kept(typed: str, kept: str) -> None:
    assert one_line(typed) == kept
