"""What the mails say: both languages, everything needed, plain text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.domain.mail_texts import MailText, Reader, Sender, password_reset, temporary_password

SENDER = Sender("https://portal.example", "Todoku", "https://support.example", "no-reply@a.example")
UNTIL = datetime(2025, 3, 6, 23, 30, tzinfo=UTC)  # the next day in Japan


def reader(*, has_company_admin: bool = True) -> Reader:
    return Reader("髙橋 﨑子", "hanako@example.jp", has_company_admin)


def both(who: Reader) -> list[MailText]:
    link = "https://portal.example/password-reset/abc"
    return [
        temporary_password(SENDER, who, password="Xy7!secret", valid_until=UNTIL),
        password_reset(SENDER, who, link=link, code="12345678", valid_until=UNTIL),
    ]


@pytest.mark.parametrize("number", [0, 1])
def test_each_has_japanese_first_then_english(number: int) -> None:
    text = both(reader())[number]
    assert text.subject.startswith("[Todoku] ")
    assert text.subject.isprintable()
    japanese, english, foot = text.body.split("-" * 60)
    assert "髙橋 﨑子 様" in japanese
    assert "Dear 髙橋 﨑子," in english
    for half in (japanese, english):
        assert "Todoku" in half
        assert "2025/03/07 08:30" in half
    assert "企業管理者" in japanese
    assert "your company's admin" in english
    assert "https://support.example" in foot
    assert "no-reply@a.example" in foot
    assert "<" not in text.body


def test_the_temporary_password_with_all_that_signing_in_takes() -> None:
    japanese, english, _ = both(reader())[0].body.split("-" * 60)
    for half in (japanese, english):
        assert "Xy7!secret" in half
        assert "hanako@example.jp" in half
        assert "https://portal.example/sign-in" in half


def test_the_reset_has_link_and_code() -> None:
    japanese, english, _ = both(reader())[1].body.split("-" * 60)
    for half in (japanese, english):
        assert "https://portal.example/password-reset/abc" in half
        assert "12345678" in half
    assert "1回だけ" in japanese


def test_who_has_no_company_admin_asks_support() -> None:
    for text in both(reader(has_company_admin=False)):
        assert "企業管理者" not in text.body
        assert "サポートへお問い合わせください" in text.body
        assert "support" in text.body
