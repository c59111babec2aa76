"""The editor's script counts, finds and shortens exactly as the server does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from app.domain import sms_text

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).resolve().parents[2] / "app/portal/static/js/sms_text.js"
LINK = "https://qms.jp/aB3dE5gH"
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
)


@pytest.fixture
def script(page: Page) -> Page:
    source = SCRIPT.read_text(encoding="utf-8").replace(
        "export const", "window.exported ??= {}; const"
    )
    names = ("typedUrls", "countedUnits", "render", "parts")
    page.evaluate(f"(() => {{ {source}; window.sms = {{ {', '.join(names)} }} }})()")
    return page


@pytest.mark.parametrize("body", BODIES)
def test_both_find_and_count_alike(script: Page, body: str) -> None:
    urls = sms_text.typed_urls(body)
    assert script.evaluate("body => sms.typedUrls(body)", body) == list(urls)
    for chosen in ((), urls[:1], urls):
        arguments = json.loads(json.dumps([body, chosen]))
        counted = script.evaluate("([body, urls]) => sms.countedUnits(body, urls)", arguments)
        assert counted == sms_text.counted_units(body, chosen)
        rendered = script.evaluate(
            "([body, urls, link]) => sms.render(body, urls, link)", [*arguments, LINK]
        )
        assert rendered == sms_text.render(body, chosen, dict.fromkeys(chosen, LINK))


def test_both_divide_alike(script: Page) -> None:
    divided = script.evaluate("() => Array.from({length: 700}, (_, units) => sms.parts(units))")
    assert divided == [sms_text.parts(units, None) for units in range(700)]
