"""Which addresses can be shortened."""

from __future__ import annotations

import pytest

from app.domain.short_url_rules import LONGEST_URL, is_own_link, problem

OURS = "https://qms.jp"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.jp/a?b=c#d",
        "http://example.jp",
        "HTTPS://EXAMPLE.JP:8443/",
        "https://xn--wgv71a.example/",
        "https://a.b.c.example.co.jp/~me/?u=https://x@y",
    ],
)
def test_a_web_address_can_be_shortened(url: str) -> None:
    assert problem(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/",
        "https://intranet",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://www.bank.jp@example.jp/",
        "https://example.jp:0/",
        "https://example.jp:70000/",
        "https://example.jp:80a/",
        "https://-a.example.jp/",
        "https://a..jp/",
        "https://example.jp./",
        "https://" + "a" * 64 + ".jp/",
        "https://" + "a." * 130 + "jp/",
        "https://example.jp\\@evil.example/",
        "ftp://example.jp/",
    ],
)
def test_what_is_not_a_host_of_the_web_cannot(url: str) -> None:
    refusal = problem(url)
    assert refusal is not None
    assert refusal.code == "url_host_wrong"


def test_the_length_has_a_limit() -> None:
    longest = "https://example.jp/".ljust(LONGEST_URL, "a")
    assert problem(longest) is None
    refusal = problem(longest + "a")
    assert refusal is not None
    assert refusal.code == "url_too_long"


def test_our_own_links_are_known() -> None:
    assert is_own_link("https://QMS.jp/aB3dE5gH", OURS)
    assert is_own_link("http://qms.jp:8080/x", OURS)
    assert not is_own_link("https://www.qms.jp/", OURS)
    assert not is_own_link("https://example.jp/qms.jp/", OURS)
