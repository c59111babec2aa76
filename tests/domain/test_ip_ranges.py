"""Which addresses a company's list lets in."""

from __future__ import annotations

import pytest

from app.domain.ip_ranges import lets_in, network


@pytest.mark.parametrize(
    ("ranges", "address", "in_"),
    [
        ([], "203.0.113.7", True),
        ([], "", True),
        (["203.0.113.7"], "203.0.113.7", True),
        (["203.0.113.7"], "203.0.113.8", False),
        (["203.0.113.0/24"], "203.0.113.255", True),
        (["203.0.113.0/24"], "203.0.114.0", False),
        (["203.0.113.0/24", "198.51.100.9/32"], "198.51.100.9", True),
        (["203.0.113.0/24"], "::ffff:203.0.113.7", True),
        (["203.0.113.0/24"], "::ffff:203.0.114.7", False),
        (["::ffff:203.0.113.0/120"], "203.0.113.7", True),
        (["::ffff:203.0.113.0/120"], "203.0.114.7", False),
        (["2001:db8:1::/48"], "2001:db8:1:ffff::1", True),
        (["2001:db8:1::/48"], "2001:db8:2::1", False),
        (["2001:db8:1::/48"], "203.0.113.7", False),
        (["203.0.113.0/24"], "2001:db8::1", False),
        (["2001:db8::1"], "2001:0DB8:0:0::1", True),
        (["0.0.0.0/0"], "203.0.113.7", True),
        (["0.0.0.0/0"], "2001:db8::1", False),
        (["::/0"], "203.0.113.7", False),
        (["203.0.113.0/24"], "", False),
        (["0.0.0.0/0"], "unknown", False),
    ],
)
def test_who_is_let_in(ranges: list[str], address: str, in_: bool) -> None:
    assert lets_in(ranges, address) is in_


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        (" 203.0.113.7 ", "203.0.113.7/32"),
        ("203.0.113.7/24", "203.0.113.0/24"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
    ],
)
def test_a_range_has_one_form(text: str, canonical: str) -> None:
    assert str(network(text)) == canonical


@pytest.mark.parametrize("text", ["", "office", "203.0.113", "203.0.113.0/33", "203.0.113.0-9"])
def test_what_is_no_range(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        network(text)
