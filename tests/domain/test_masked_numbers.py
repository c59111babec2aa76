"""Phone numbers are masked in every spelling that logs have; what only looks like one stays."""

from __future__ import annotations

import pytest

from app.domain.masked_numbers import masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+819012345678", "+8190****5678"),
        ("+81-90-1234-5678", "+81-9****5678"),
        ("recipient=%2B819012345678&x=1", "recipient=%2B8190****5678&x=1"),
        ("From=819012345678", "From=8190****5678"),
        ("'09012345678'", "'090****5678'"),
        ("090-1234-5678.", "090****5678."),
        ("0312345678", "031****5678"),
        ("03-1234-5678", "03****5678"),
        ("+15551234567", "+1555****4567"),
        ("(+819012345678, +818011112222)", "(+8190****5678, +8180****2222)"),
    ],
)
def test_numbers_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-26 20:46:25,123",
        "01934567-8901-7234-8567-012345678901",
        "message 0193a3f2-7d45-7890-8123-456789012345: outcome unclear",
        "took 0.0312345678 s",
        "3 of 1000000000 rows",
        "job0312345678",
        "",
    ],
)
def test_what_is_no_number_stays(text: str) -> None:
    assert masked(text) == text
