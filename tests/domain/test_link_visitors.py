"""Persons and programs among those who follow a link, by what they call themselves."""

import pytest

from app.domain.link_visitors import is_program

SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    "user_agent",
    [
        f"{SAFARI} Version/18.1 Mobile/15E148 Safari/604.1",
        f"{SAFARI} Mobile/15E148 Safari Line/14.12.0",  # opened inside LINE, by a person
        f"{SAFARI} Mobile/15E148 YJApp-IOS jp.co.yahoo.ipn.appli/4.100",
        f"Mozilla/5.0 (Linux; Android 14; SO-51D) {CHROME}",
        f"Mozilla/5.0 (Linux; Android 9; CUBOT P30) {CHROME}",  # a maker of telephones
    ],
)
def test_persons(user_agent: str) -> None:
    assert not is_program(user_agent)
    assert is_program(user_agent, method="HEAD")
    assert is_program(user_agent, purpose="prefetch")


@pytest.mark.parametrize(
    "user_agent",
    [
        "facebookexternalhit/1.1;line-poker/1.0",  # LINE
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
        "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",  # iMessage
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "WhatsApp/2.23.20.0 A",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        f"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) {CHROME} (compatible; Googlebot/2.1; "
        "+http://www.google.com/bot.html)",
        "curl/8.5.0",
        "python-requests/2.32.0",
        "",
        "  ",
    ],
)
def test_programs(user_agent: str) -> None:
    assert is_program(user_agent)
