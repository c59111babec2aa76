"""Users from a CSV file: all or none, and every wrong line is named."""

from __future__ import annotations

import pytest

from app.domain.mail_texts import Sender
from app.domain.refusals import Refusal
from app.domain.roles import Role
from app.models.account import Account
from app.models.database import session
from app.models.mail import Mail
from app.models.membership import Membership
from app.models.user import User
from app.services import mails, user_import
from app.services.company_users import Manager
from app.services.user_import import ImportRefused, import_users, template
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db")]
HEAD = "メールアドレス,ユーザー名,アカウント,権限"
GOOD = ["a@example.jp,髙橋 﨑子,本店,管理者", 'b@example.jp,"山田, 太郎",支店,一般利用者']


@pytest.fixture
def place() -> tuple[Manager, Account, Account]:
    mails.configure(Sender("https://p.example", "T", "https://s.example", "a@a.example"), print)
    company = factories.company()
    head, branch = factories.account("本店", of=company), factories.account("支店", of=company)
    return Manager(factories.member_of(head).id, company.id), head, branch


def file(*lines: str, encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    return end.join([HEAD, *lines, ""]).encode(encoding)


@pytest.mark.parametrize(
    "content",
    [
        file(*GOOD),
        file(*GOOD, encoding="utf-8-sig"),
        file(*GOOD, end="\n"),
        file(*GOOD, encoding="cp932"),
        file(*GOOD, "", ",,,"),
        template() + "\r\n".join(GOOD).encode(),
    ],
)
def test_read_however_it_was_saved(place: tuple[Manager, Account, Account], content: bytes) -> None:
    manager, head, branch = place
    assert import_users(manager, content) == 2
    rows = session.query(User.mail_address, User.name, Membership.account_id, Membership.role)
    assert set(rows.join(Membership, Membership.user_id == User.id)) >= {
        ("a@example.jp", "髙橋 﨑子", head.id, Role.ADMIN),
        ("b@example.jp", "山田, 太郎", branch.id, Role.MEMBER),
    }
    assert session.query(Mail).count() == 2


def test_lines_of_one_address_are_one_user(place: tuple[Manager, Account, Account]) -> None:
    manager, head, branch = place
    lines = ["a@example.jp,A,本店,管理者", "A@Example.jp,A,支店,一般利用者"]
    assert import_users(manager, file(*lines)) == 1
    user = session.query(User).filter(User.mail_address == "a@example.jp").one()
    roles = session.query(Membership).filter(Membership.user_id == user.id)
    assert {(row.account_id, row.role) for row in roles} == {
        (head.id, Role.ADMIN),
        (branch.id, Role.MEMBER),
    }


def test_one_wrong_line_and_nothing_is_done(place: tuple[Manager, Account, Account]) -> None:
    manager, head, _ = place
    taken = factories.member_of(head, Role.MEMBER)
    foreign = factories.member_of(factories.account("他社"), Role.MEMBER)
    wrong = [
        "nobody,A,本店,管理者",
        "c@example.jp,,本店,管理者",
        "d@example.jp,D,他社,管理者",
        "e@example.jp,E,本店,社長",
        "f@example.jp,F,本店,企業管理者",
        "a@example.jp,別の名,支店,管理者",
        "a@example.jp,髙橋 﨑子,本店,一般利用者",
        f"{taken.mail_address},T,本店,管理者",
        f"{foreign.mail_address},T,本店,管理者",
        "g@example.jp,G",
    ]
    with pytest.raises(ImportRefused) as refused:
        import_users(manager, file(*GOOD, *wrong))
    assert [(problem.line, problem.refusal.code) for problem in refused.value.problems] == [
        (4, "mail_address_wrong"),
        (5, "name_missing"),
        (6, "row_account_unknown"),
        (7, "row_role_unknown"),
        (8, "role_not_given"),
        (9, "row_other_name"),
        (10, "account_twice"),
        (11, "mail_address_in_company"),
        (12, "mail_address_unavailable"),
        (13, "row_too_short"),
    ]
    assert session.query(Mail).count() == 0
    assert session.query(User).filter(User.mail_address == "a@example.jp").count() == 0


def test_an_address_taken_while_passwords_were_hashed(
    place: tuple[Manager, Account, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check before the slow part is for speed; the one in the transaction counts."""
    manager, _, _ = place
    factories.user("b@example.jp")
    monkeypatch.setattr(user_import, "address_refusal", lambda *_: None)
    with pytest.raises(ImportRefused) as refused:
        import_users(manager, file(*GOOD))
    (problem,) = refused.value.problems
    assert (problem.line, problem.refusal.code) == (3, "mail_address_unavailable")
    assert session.query(User).filter(User.mail_address == "a@example.jp").count() == 0


@pytest.mark.usefixtures("quick_hash")
def test_200_lines_are_the_most(place: tuple[Manager, Account, Account]) -> None:
    lines = [f"u{number}@example.jp,User,本店,管理者" for number in range(200)]
    assert import_users(place[0], file(*lines)) == 200
    with pytest.raises(Refusal, match=r"file_too_large \(rows=200\)"):
        import_users(place[0], file(*lines, "one-more@example.jp,User,本店,管理者"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_without_head"),
        (b"\xff\xfe\x00a", "file_unreadable"),
        (b"\x81\xff,\xff", "file_unreadable"),
        (f'{HEAD}\r\n"a'.encode(), "file_unreadable"),
        (b"mail,name\r\na,b", "file_without_head"),
        (file(), "file_empty"),
        (file(*GOOD * 100, GOOD[0]), "file_too_large"),
        (b"a" * 2_000_000, "file_too_large"),
    ],
)
def test_files_that_are_none(
    place: tuple[Manager, Account, Account], content: bytes, code: str
) -> None:
    with pytest.raises(Refusal, match=code):
        import_users(place[0], content)
