"""「監査ログ」: a company's admin sees his company's part, our own staff all of it."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine

from app.domain.roles import Role
from app.models.account import Account
from app.models.company import Company
from app.portal.audit_labels import ACTIONS
from app.services import audit
from app.services.audit import Actor
from tests.portal.conftest import Visitor, words
from tests.support import factories

NewVisitor = Callable[[], Visitor]
ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2025, 2, 21, 5, 48, tzinfo=UTC)  # 14:48 in Japan
HERE = "/audit-trail/"
STAFF = "/back-office/audit-trail/"
WEEK = "since=2025-02-15&until=2025-02-21"
ROW = re.compile(r"<tr>\s*<td data-label=.*?</tr>", re.S)


@pytest.fixture(autouse=True)
def clock_stands() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def account(db: object) -> Account:
    return factories.account("本店", of=factories.company("デモ株式会社"))


@pytest.fixture
def admin(visitor: NewVisitor, account: Account) -> Visitor:
    return visitor().sign_in(factories.member_of(account))


@pytest.fixture
def operator(visitor: NewVisitor, db: object) -> Visitor:
    return visitor().sign_in(factories.user(is_operator=True))


def entry(
    where: Account | None,
    subject: str,
    action: str = "flow.save",
    *,
    actor: str = "someone@example.jp",
    at: datetime = NOW,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    who = Actor(
        mail_address=actor,
        address="203.0.113.7",
        company_id=where.company_id if where else None,
        account_id=where.id if where else None,
    )
    with time_machine.travel(at, tick=False):
        audit.record(action, subject, before=before, after=after, actor=who)


def lines(answer_data: bytes) -> list[dict[str, str]]:
    assert answer_data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer_data.decode("utf-8-sig"), newline="")))


def test_an_entry_in_words(admin: Visitor, account: Account) -> None:
    entry(
        account,
        "+815030000001",
        before={"1": "Good morning", "version": None},
        after={"1": "Good evening", "version": 3},
    )
    page = admin.text(f"{HERE}?action=flow.save")
    for word in (
        "2025/2/21 14:48",
        "someone@example.jp 203.0.113.7",
        "本店",
        "Saved a draft",
        "+815030000001",
        "Guidance ① Before Good morning → After Good evening",
        "Version Before — → After 3",
    ):
        assert word in page, word


def test_an_action_without_a_name_is_shown_as_it_is(admin: Visitor, account: Account) -> None:
    entry(
        account,
        "x",
        "something.new",
        after={"odd": {"role": "member"}, "name": "member", "list": [1, True]},
    )
    page = admin.text(HERE)
    assert "something.new" in page
    assert "odd Role: Member" in page
    assert "Name member" in page  # a text, not a key of ours
    assert "list 1 Yes" in page


def test_what_is_done_in_the_portal_is_there_with_who_and_from_where(
    visitor: NewVisitor, account: Account
) -> None:
    number = factories.incoming_number(account, "+815030000001", label="old memo")
    who = factories.member_of(account)
    someone = visitor().sign_in(who)
    someone.get("/numbers/")
    assert someone.post(f"/numbers/{number.id}/label", label="new memo").status_code == 302
    page = someone.text(HERE)
    assert f"{who.mail_address} 127.0.0.1 本店 Changed the memo of a number +815030000001" in page
    assert "Memo Before old memo → After new memo" in page
    assert f"{who.mail_address} 127.0.0.1 本店 Entered an account 本店" in page
    assert "Logged in" in page


def test_another_company_never_appears(visitor: NewVisitor, account: Account) -> None:
    foreign = factories.account("本社", of=factories.company("見本商事株式会社"))
    entry(account, "own-entry")
    entry(foreign, "foreign-entry", actor="own@example.jp")
    entry(None, "nobodys-entry")
    sibling = factories.account("支店", of=session_company(account))
    entry(sibling, "sibling-entry")
    own, other = (visitor().sign_in(factories.member_of(place)) for place in (account, foreign))
    for query in ("", "?company=見本", "?company_id=2", "?actor=example", "?action=flow.save"):
        page = own.text(f"{HERE}{query}")
        assert "own-entry" in page
        assert "sibling-entry" in page  # the company's other account is his company's too
        assert "foreign-entry" not in page
        assert "nobodys-entry" not in page
    text = own.get(f"{HERE}download.csv?{WEEK}&company=見本").get_data(as_text=True)
    assert "own-entry" in text
    assert "foreign-entry" not in text
    assert "nobodys-entry" not in text
    assert "foreign-entry" in other.text(HERE)
    assert "own-entry" not in other.text(HERE)


def session_company(account: Account) -> Company:
    return Company(id=account.company_id)


@pytest.mark.parametrize("role", [Role.SENIOR_ADMIN, Role.ADMIN, Role.MEMBER])
def test_only_company_admins(visitor: NewVisitor, account: Account, role: Role) -> None:
    someone = visitor().sign_in(factories.member_of(account, role))
    assert someone.get(HERE).status_code == 403
    assert someone.get(f"{HERE}download.csv").status_code == 403
    assert "Audit trail" not in someone.text("/numbers/")


def test_the_menu_leads_there(admin: Visitor, operator: Visitor) -> None:
    assert f'href="{HERE}"' in admin.get("/numbers/").get_data(as_text=True)
    assert f'href="{STAFF}"' in operator.get("/back-office/companies/").get_data(as_text=True)


def test_our_own_staff_see_everything_and_that_is_on_record(
    operator: Visitor, account: Account
) -> None:
    entry(account, "own-entry")
    entry(factories.account(of=factories.company("見本商事株式会社")), "foreign-entry")
    entry(None, "nobodys-entry")
    page = operator.text(STAFF)
    for word in ("own-entry", "foreign-entry", "nobodys-entry", "デモ株式会社", "見本商事株式会社"):
        assert word in page, word
    page = operator.text(f"{STAFF}?company=見本")
    assert "foreign-entry" in page
    assert "own-entry" not in page
    page = operator.text(f"{STAFF}?action=operator.view")
    assert "Company 見本" in page
    assert operator.get(HERE).status_code == 403


def test_filters(admin: Visitor, account: Account) -> None:
    entry(account, "by-ann", actor="Ann@example.jp")
    entry(account, "by-bob", "flow.publish", actor="bob_1@example.jp")
    entry(account, "percent", actor="bob%1@example.jp")
    for query, found in (
        ("actor=ann@EXAMPLE", {"by-ann"}),
        ("actor=bob_1", {"by-bob"}),
        ("actor=%25", {"percent"}),
        ("action=flow.publish", {"by-bob"}),
        ("action=flow.publish&actor=ann", set()),
        ("actor=%00", {"by-ann", "by-bob", "percent"}),
    ):
        page = admin.text(f"{HERE}?{query}")
        shown = {word for word in ("by-ann", "by-bob", "percent") if f" {word} " in page}
        assert shown == found, query
    assert "No entries found" in admin.text(f"{HERE}?actor=nobody")


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        (datetime(2025, 2, 19, 14, 59, 59, tzinfo=UTC), False),
        (datetime(2025, 2, 19, 15, 0, 0, tzinfo=UTC), True),
        (datetime(2025, 2, 20, 14, 59, 59, tzinfo=UTC), True),
        (datetime(2025, 2, 20, 15, 0, 0, tzinfo=UTC), False),
    ],
)
def test_days_are_days_in_japan(
    admin: Visitor, account: Account, moment: datetime, found: bool
) -> None:
    entry(account, "the-entry", at=moment)
    page = admin.text(f"{HERE}?since=2025-02-20&until=2025-02-20")
    assert ("the-entry" in page) is found


def test_pages_by_key(
    admin: Visitor, account: Account, monkeypatch: pytest.MonkeyPatch, statements: list[str]
) -> None:
    monkeypatch.setattr("app.portal.views.audit_trail.PAGE_SIZE", 4)
    for number in range(10):  # four of the same moment: the id decides
        entry(account, f"entry-{number}-", at=NOW - timedelta(hours=number // 4))
    found, path = [], f"{HERE}?action=flow.save"
    statements.clear()
    while path:
        page = admin.get(path).get_data(as_text=True)
        found += re.findall(r"entry-(\d)-", page)
        path = link(page, "next")
    assert found == ["3", "2", "1", "0", "7", "6", "5", "4", "9", "8"]
    assert re.findall(r"entry-(\d)-", admin.get(link(page, "prev")).get_data(as_text=True)) == [
        *"7654"
    ]
    assert not [one for one in statements if re.search(r"count\(", one, re.I)]


def link(page: str, rel: str) -> str:
    found = re.search(rf'href="([^"]+)"\s+rel="{rel}"', page)
    return html.unescape(found[1]) if found else ""


def test_the_file(admin: Visitor, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.models.log_pages.EXPORT_BATCH_ROWS", 2)
    for number in range(4):
        entry(account, f"=cmd|{number}", after={"body": "a\nb", "label": "+1+1"})
    answer = admin.client.get(f"{HERE}download.csv?{WEEK}&action=flow.save", buffered=False)
    assert answer.is_streamed
    assert answer.content_type == "text/csv; charset=utf-8"
    name = unquote(answer.headers["Content-Disposition"].partition("filename*=UTF-8''")[2])
    assert name == "監査ログ_デモ株式会社_20250215_20250221.csv"
    rows = lines(b"".join(answer.iter_encoded()))
    assert [row["Subject"] for row in rows[::2]] == [f"'=cmd|{number}" for number in (3, 2, 1, 0)]
    assert rows[0] == {
        "Time": "2025/02/21 14:48:00",
        "Mail address": "someone@example.jp",
        "IP address": "203.0.113.7",
        "Company": "デモ株式会社",
        "Account": "本店",
        "Action": "Saved a draft",
        "Subject": "'=cmd|3",
        "Field": "Message text",
        "Before": "",
        "After": "a\nb",
    }
    assert rows[1]["After"] == "'+1+1"


def test_a_refused_form_gives_no_file(admin: Visitor, operator: Visitor) -> None:
    for visitor, path in ((admin, HERE), (operator, STAFF)):
        answer = visitor.get(f"{path}download.csv?since=x&until=2025-02-21", follow=True)
        assert answer.request.path == path
        assert "Enter a date such as" in words(answer)


def test_three_months_at_a_time_of_any_age(admin: Visitor, account: Account) -> None:
    entry(account, "years-ago", at=datetime(2022, 5, 5, tzinfo=UTC))
    assert "years-ago" in admin.text(f"{HERE}?since=2022-05-01&until=2022-07-31")
    assert "three months at most" in admin.text(f"{HERE}?since=2022-05-01&until=2022-09-01")


def test_no_text_is_markup(admin: Visitor, account: Account) -> None:
    entry(account, "<i>x</i>", "<b>y</b>", after={"<u>k</u>": "<script>alert(1)</script>"})
    page = admin.get(f"{HERE}?action=<b>y</b>").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)" in page
    for markup in ("<i>x", "<b>y", "<u>k", "<script>alert"):
        assert markup not in page


def test_every_action_that_the_services_record_has_a_name() -> None:
    assert set(ACTIONS) >= recorded_actions()


def recorded_actions() -> set[str]:
    """Whatever is written as `"<thing>.<verb>"` in a service."""
    sources = (ROOT / "app/services").glob("*.py")
    return {
        action
        for path in sources
        for action in re.findall(r'"([a-z_]+\.[a-z_]+)"', path.read_text("utf-8"))
    }
