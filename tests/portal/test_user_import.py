"""「企業ユーザー管理」: registering users from a file."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from tests.portal.company_users_support import ADDRESS, addresses
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.any_database]

NewVisitor = Callable[[], Visitor]


@pytest.fixture
def admin(visitor: NewVisitor) -> Visitor:
    return visitor().sign_in(factories.member_of(factories.account("本店")))


def test_importing(admin: Visitor, mails_told: list[int]) -> None:
    template = admin.get("/users/import/template.csv")
    assert template.mimetype == "text/csv"
    assert "attachment" in template.headers["Content-Disposition"]
    admin.get("/users/import/")
    content = template.data + f"{ADDRESS},髙橋 﨑子,本店,管理者\r\n".encode()
    wrong = content + b"x,y,z,w\r\n"
    answer = admin.post("/users/import/", file=(io.BytesIO(wrong), "users.csv"))
    assert "No user was registered" in words(answer)
    assert "3 Enter a mail address such as" in words(answer)
    assert mails_told == []
    empty = admin.post("/users/import/", file=(io.BytesIO(b""), ""))
    assert "Choose a CSV file." in words(empty)
    done = admin.post("/users/import/", file=(io.BytesIO(content), "users.csv"), follow=True)
    assert "1 user was registered." in words(done)
    assert ADDRESS in addresses(done.get_data(as_text=True))
    assert len(mails_told) == 1


def test_a_file_of_too_many_is_refused_before_anything_slow(
    admin: Visitor, mails_told: list[int]
) -> None:
    template = admin.get("/users/import/template.csv").data
    assert "at most 200 lines" in admin.text("/users/import/")
    lines = "".join(f"u{number}@example.jp,User,本店,管理者\r\n" for number in range(201))
    file = (io.BytesIO(template + lines.encode()), "users.csv")
    answer = admin.post("/users/import/", file=file)
    assert "A file has at most 200 lines and 1 MB." in words(answer)
    assert mails_told == []
