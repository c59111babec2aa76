"""The editor's scripts count, cut, shorten and warn exactly as the server does."""

from __future__ import annotations

import random
from typing import Any

import pytest
from playwright.sync_api import Page

from app.domain import short_url_rules, sms_text, sms_text_warnings
from app.domain.carriers import Carrier

pytestmark = [pytest.mark.slow, pytest.mark.any_database]

OURS = "https://qms.jp"
LINK = f"{OURS}/aB3dE5gH"
LINKS = 5
TEXTS = 10_000
BODIES = (
    "",
    "ありがとうございます。",
    "詳しくはhttps://www.example.jp/aをご覧ください",
    "(https://example.jp/a_(b)) と https://example.jp/c).",
    "https://example.jp/a, https://example.jp/b; https://example.jp/a!",
    "HTTPS://EXAMPLE.JP/A?x=1&y=[2]#top https://example.jp/~me/",
    "http:// https://。 https://-x http://x",
    "改行\nhttps://example.jp/a\n終わり",
    "😀𠮷 https://example.jp/😀 https://example.jp/a?b=c*'",
    "https://example.jp/" + "a" * 700,
    "https://a.example/https://b.example/",
    'https://example.jp/"q" <https://example.jp/x> https://example.jp/日本',
    "ſttp://example.jp/ https://example.jp/\u212a",
)
SNIPPETS = (
    *(
        "あ",
        "ンガ",
        "漢字",
        "𠮷野",
        "abc",
        "１２３",
        " ",
        "\n",
        "、",
        "。",
        "～",
        "〜",
        "ｱﾞ",
        "①",
        "㈱",
        "髙",
    ),
    *(
        "😀",
        "👨\u200d👩\u200d👧",
        "🇯🇵",
        "❤\ufe0f",
        "👍🏽",
        "1\ufe0f\u20e3",
        "が",
        "か\u3099",
        "e\u0301",
    ),
    *("\u200b", "\xa0", "é", "한", "\ufffd", "(", ")", "]", "?", "'", "*"),
    *(
        "https://example.jp/a",
        "http://x.example/?q=1&r=(2)",
        "https://EXAMPLE.jp/日本",
        "https://a.b/" + "c" * 90,
    ),
)
ADDRESSES = (
    *(
        "https://example.jp/",
        "HTTP://Example.JP:80",
        "https://localhost",
        "https://10.0.0.1/x",
        "https://[::1]/",
    ),
    *(
        "https://a@example.jp/",
        "https://example.jp:0/",
        "https://example.jp:65535",
        "https://example.jp:65536/",
    ),
    *(
        "https://example.jp:80a/",
        "https://example.jp:",
        "https://-a.jp",
        "https://a-.jp/",
        "https://a..jp",
        "https://a.jp./",
    ),
    *(
        "https://example.jp\\@evil.example/",
        "ftp://example.jp",
        "example.jp",
        "",
        "https://",
        "https://qms.jp/aB3dE5gH",
    ),
    *(
        "http://QMS.jp:8080/",
        "https://www.qms.jp/",
        "https://example.jp?a@b:c",
        "https://" + "a" * 63 + ".jp",
    ),
    *(
        "https://" + "a" * 64 + ".jp",
        "https://" + "a." * 130 + "jp",
        "https://example.jp/" + "a" * 1981,
        "https://a.1/",
    ),
    "https://example.jp/" + "a" * 1982,
)


@pytest.fixture
def scripts(page: Page, address: str) -> Page:
    page.goto(f"{address}/sign-in")
    page.evaluate(
        """async () => {
            const names = ["sms_text", "sms_text_warnings", "short_url_rules"];
            const modules = await Promise.all(names.map((name) => import(`/static/js/${name}.js`)));
            window.sms = Object.assign({}, ...modules);
        }"""
    )
    return page


def generated() -> list[str]:
    chance = random.Random(660)
    lengths = (3, 20, 60, 140)
    return ["".join(chance.choices(SNIPPETS, k=chance.choice(lengths))) for _ in range(TEXTS)]


def by_server(body: str) -> dict[str, Any]:
    """As the worker does: the links put in, then counted and cut; and as the page counts."""
    typed = sms_text.typed_urls(body)
    urls = typed[:LINKS]
    sent = sms_text.render(body, urls, dict.fromkeys(urls, LINK))
    counted = sms_text.counted_text(body, urls)
    assert sms_text.utf16_units(sent) == sms_text.counted_units(body, urls)
    return {
        "typed": list(typed),
        "sent": sent,
        "units": sms_text.utf16_units(sent),
        "parts": [len(sms_text.parts_of_text(sent, carrier)) for carrier in Carrier],
        "warnings": [
            [warning.fault.value, list(warning.found)]
            for warning in sms_text_warnings.warnings(counted)
        ],
    }


BY_BROWSER = """([bodies, link, most]) => bodies.map((body) => {
    const typed = sms.typedUrls(body);
    const urls = typed.slice(0, most);
    const counted = sms.countedText(body, urls);
    return {
        typed,
        sent: sms.render(body, urls, link),
        units: counted.length,
        parts: Object.values(sms.partsByCarrier(counted)),
        warnings: sms.warnings(counted),
    };
})"""


def test_browser_and_worker_agree_on_every_text(scripts: Page) -> None:
    bodies = [*BODIES, *generated()]
    by_browser = scripts.evaluate(BY_BROWSER, [bodies, LINK, LINKS])
    for body, seen in zip(bodies, by_browser, strict=True):
        assert seen == by_server(body), repr(body)


def test_both_name_the_carriers_alike(scripts: Page) -> None:
    assert scripts.evaluate("() => sms.CARRIERS") == [carrier.value for carrier in Carrier]


def test_both_find_the_same_fault_in_every_character(scripts: Page) -> None:
    codes = [*range(0xD800), *range(0xE000, 0x30000), *range(0xE0000, 0xE0100)]
    by_browser = scripts.evaluate(
        "(codes) => codes.map((code) => sms.faultOf(String.fromCodePoint(code)))", codes
    )
    differing = [
        f"U+{code:04X}: {seen}, not {sms_text_warnings.fault_of(chr(code))}"
        for code, seen in zip(codes, by_browser, strict=True)
        if seen != sms_text_warnings.fault_of(chr(code))
    ]
    assert differing == []


def test_half_a_character_is_broken_for_both(scripts: Page) -> None:
    assert scripts.evaluate("() => sms.faultOf('\\ud83d')") == "broken"
    assert sms_text_warnings.fault_of("\ud83d") == "broken"


def test_both_refuse_the_same_addresses(scripts: Page) -> None:
    by_browser = scripts.evaluate(
        "([urls, ours]) => urls.map((url) => sms.urlProblem(url, ours))", [ADDRESSES, LINK]
    )
    assert dict(zip(ADDRESSES, by_browser, strict=True)) == {
        url: problem_by_server(url) for url in ADDRESSES
    }


def problem_by_server(url: str) -> str | None:
    refusal = short_url_rules.problem(url)
    if refusal:
        return refusal.code
    return "url_is_ours" if short_url_rules.is_own_link(url, OURS) else None
