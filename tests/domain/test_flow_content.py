"""What a flow may say, and what is missing before it can be published."""

from __future__ import annotations

import pytest

from app.domain.flow_content import (
    ContentRefused,
    FlowContent,
    Guidance,
    SmsTemplate,
    check_content,
    sample_content,
)
from app.domain.slots import Slot

SENDERS = ("0312345678",)
URL = "https://www.example.jp/a"


def sms(
    body: str = "こんにちは", *, sender: str = "0312345678", short_urls: tuple[str, ...] = ()
) -> SmsTemplate:
    return SmsTemplate(sender, body, short_urls)


def problems_of(content: FlowContent) -> dict[str, str]:
    try:
        check_content(content, SENDERS)
    except ContentRefused as refused:
        return {part: refusal.code for part, refusal in refused.problems.items()}
    return {}


def test_the_sample_lacks_only_the_sms() -> None:
    assert sample_content().missing() == ("sms",)
    assert problems_of(sample_content()) == {}


def test_a_new_content_lacks_everything_in_the_order_of_the_drawing() -> None:
    assert FlowContent().missing() == ("1", "2", "4", "5", "sms")


@pytest.mark.parametrize("half", [sms(""), sms(" \n"), sms(sender="")])
def test_a_draft_keeps_half_an_sms_which_still_lacks(half: SmsTemplate) -> None:
    content = FlowContent(sample_content().guidances, half)
    assert content.missing() == ("sms",)
    assert FlowContent.from_json(content.to_json()) == content


def test_json_there_and_back() -> None:
    content = FlowContent(sample_content().guidances, sms(f"見て{URL}", short_urls=(URL,)))
    assert FlowContent.from_json(content.to_json()) == content
    assert FlowContent.from_json(FlowContent().to_json()) == FlowContent()


def test_every_slot_speaks_the_fixed_ones_included() -> None:
    assert set(sample_content().spoken_texts()) == set(Slot)


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (FlowContent({Slot.GREETING: Guidance("あ" * 100)}), {}),
        (FlowContent({Slot.GREETING: Guidance("あ" * 101)}), {"1": "guidance_too_long"}),
        (FlowContent({Slot.ASK_AGAIN: Guidance(" \u3000\n")}), {"5": "guidance_empty"}),
        (FlowContent({Slot.KEY_IN: Guidance("番号を")}), {"3": "guidance_fixed"}),
        (FlowContent({}, sms(sender="0399999999")), {"sender": "sender_unknown"}),
        (FlowContent({}, sms("")), {}),
        (FlowContent({}, sms(sender="")), {}),
        (
            FlowContent({}, sms("見て https://x/", short_urls=("https://x/",))),
            {"short_urls": "url_host_wrong"},
        ),
        (FlowContent({}, sms("あ" * 660)), {}),
        (FlowContent({}, sms("あ" * 661)), {"body": "sms_too_long"}),
        (FlowContent({}, sms("😀" * 331)), {"body": "sms_too_long"}),
        (FlowContent({}, sms("あ" * 635 + URL, short_urls=(URL,))), {}),
        (FlowContent({}, sms("あ" * 636 + URL, short_urls=(URL,))), {"body": "sms_too_long"}),
        (FlowContent({}, sms(short_urls=(URL,))), {"short_urls": "short_url_not_in_text"}),
    ],
)
def test_rules(content: FlowContent, problems: dict[str, str]) -> None:
    assert problems_of(content) == problems


def test_at_most_five_short_urls() -> None:
    urls = tuple(f"https://example.jp/{number}" for number in range(6))
    content = FlowContent({}, sms(" ".join(urls), short_urls=urls))
    assert problems_of(content) == {"short_urls": "short_urls_too_many"}
