"""「配信停止リスト」 as its users see it."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from app.domain.roles import Role
from app.models.account import Account
from app.models.database import session
from app.models.suppressed_number import Reason, SuppressedNumber
from app.models.tenant_scope import account_scope
from app.services import suppression
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]
PAGE = "/deliveries/suppressed/"
IMPORT = f"{PAGE}import"


@pytest.fixture
def someone(visitor: NewVisitor, account: Account) -> Visitor:
    admin = visitor().sign_in(factories.member_of(account, Role.SENIOR_ADMIN))
    admin.get(PAGE)
    return admin


def listed(account: Account) -> set[str]:
    session.remove()
    with account_scope(account.id):
        return {row.number for row in session.query(SuppressedNumber)}


def test_the_delivery_log_leads_there(someone: Visitor) -> None:
    assert f'href="{PAGE}"' in someone.get("/deliveries/").get_data(as_text=True)
    assert "There is no number on the list" in someone.text(PAGE)


def test_a_number_is_added_found_and_removed(someone: Visitor, account: Account) -> None:
    factories.suppressed_number(factories.account(), "+818099998888")
    added = words(someone.post(PAGE, follow=True, number=" 090-1234-5678 "))
    assert "No SMS is sent to 090-1234-5678 any more." in added
    assert "Added here" in added
    assert "080-9999-8888" not in added
    factories.suppressed_number(account, "+817011112222")
    for part in ("1234", "090-1234", "+8190", "０９０"):
        found = someone.text(f"{PAGE}?q={part}")
        assert "090-1234-5678" in found
        assert "070-1111-2222" not in found
    assert "No number matches" in someone.text(f"{PAGE}?q=x")
    entry = factories.suppressed_number(account, "+818033334444")
    removed = words(someone.post(f"{PAGE}{entry.id}/remove", follow=True))
    assert "SMS are sent to 080-3333-4444 again." in removed
    assert listed(account) == {"+819012345678", "+817011112222"}


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Enter a mobile number."),
        ("03-1234-5678", "Enter a Japanese mobile number"),
        ("090", "Enter a Japanese mobile number"),
        ("<b>", "Enter a Japanese mobile number"),
        ("09012345678", "This number is on the list already."),
    ],
)
def test_what_is_wrong_is_told_beside_the_field(
    someone: Visitor, account: Account, typed: str, message: str
) -> None:
    factories.suppressed_number(account)
    page = someone.post(PAGE, number=typed)
    assert page.status_code == 422
    assert words(page).count(message) == 2  # in the summary and beside the field
    assert len(listed(account)) == 1


def test_many_numbers_have_pages(someone: Visitor, account: Account) -> None:
    numbers = [f"080{n:08}" for n in range(10_000_000, 10_000_060)]
    head = "\n".join(["電話番号", *numbers])
    suppression.import_numbers(account.id, head.encode())
    first, second = someone.text(PAGE), someone.text(f"{PAGE}?page=2")
    assert "60 in all" in first
    assert "1–50 of 60" in first
    assert "51–60 of 60" in second
    assert len(listed(account)) == 60


def send_file(someone: Visitor, *lines: str) -> str:
    someone.get(IMPORT)
    content = "\n".join(["電話番号", *lines]).encode("cp932")
    return words(someone.post(IMPORT, follow=True, file=(io.BytesIO(content), "numbers.csv")))


def test_numbers_from_a_file(someone: Visitor, account: Account) -> None:
    template = someone.get(f"{PAGE}template.csv")
    assert template.data.decode("utf-8-sig") == "電話番号\r\n"
    assert "2 numbers were added" in send_file(someone, "09012345678", "080-1111-2222")
    assert "1 number was added" in send_file(someone, "09012345678", "07033334444")
    assert len(listed(account)) == 3
    assert "From a file" in someone.text(PAGE)


def test_a_file_that_is_wrong_adds_nothing(someone: Visitor, account: Account) -> None:
    refused = send_file(someone, "09012345678", "0312345678")
    assert "No number was added" in refused
    assert "3 Enter a Japanese mobile number" in refused
    assert "Choose a CSV file." in words(someone.post(IMPORT))
    assert "nothing below its first line" in send_file(someone)
    assert listed(account) == set()


def test_strangers_have_their_own_list(someone: Visitor, account: Account) -> None:
    theirs = factories.suppressed_number(factories.account())
    assert "090-1234-5678" not in someone.text(PAGE)
    assert someone.post(f"{PAGE}{theirs.id}/remove").status_code == 404
    assert someone.post(PAGE, number="09012345678").status_code == 302
    assert listed(account) == {"+819012345678"}


def test_each_reason_has_words(someone: Visitor, account: Account) -> None:
    for n, reason in enumerate(Reason):
        with account_scope(account.id):
            session.add(
                SuppressedNumber(account_id=account.id, number=f"+81901234567{n}", reason=reason)
            )
            session.commit()
    page = someone.text(PAGE)
    for said in ("Added here", "From a file", "Replied STOP"):
        assert said in page
