"""The demo company: seeded once, on a machine of one's own, so that every screen has something to
show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.domain import demo_logins, passwords
from app.domain.flow_content import FlowContent, SmsTemplate, sample_content
from app.domain.roles import Role
from app.models import company as company_table
from app.models.account import Account
from app.models.company import Company
from app.models.database import session, transaction
from app.models.incoming_number import IncomingNumber
from app.models.membership import Membership
from app.models.sender_number import SenderNumber
from app.models.tenant_scope import account_scope, all_companies
from app.models.user import User
from app.services import audit, flows, publications
from app.services.demo_history import write_history
from app.services.guidance_rendering import Speech

COMPANY = "デモ株式会社"
OTHER_COMPANY = "見本商事株式会社"
SMS = SmsTemplate(
    sender="0312345678",
    body="お電話ありがとうございます。デモ株式会社です。ご予約とお問い合わせはhttps://www.demo.example/reserve?from=posterからどうぞ。",
    short_urls=("https://www.demo.example/reserve?from=poster",),
)
OTHER_SMS = SmsTemplate(
    sender="0677778888", body="見本商事です。資料は https://mihon.example/catalog をご覧ください。"
)


def seed_demo_data(speech: Speech) -> None:
    """Write it, unless any company is there already."""
    with all_companies("demo data"):
        if company_table.is_any():
            return
        with transaction():
            head, branch = _company(COMPANY, "本店", "支店")
            (other,) = _company(OTHER_COMPANY, "本社")
            published, drafted, _ = _numbers(
                head,
                ("+815030000001", "駅前ポスター"),
                ("+815030000002", "チラシ 秋号"),
                ("+815030000003", ""),
            )
            _numbers(branch, ("+815030000004", "支店の窓口"))
            (others_number,) = _numbers(other, ("+815030000101", "展示会"))
            _senders(head, "0312345678", "0120123456")
            _senders(branch, "0312345679")
            _senders(other, "0677778888")
            author = _users(head, branch, other)
    _published_flow(head, published, SMS, author, speech)
    _published_flow(other, others_number, OTHER_SMS, author, speech)
    with _system_in(head):
        flows.register_flow(drafted)
        flows.save_draft(drafted, sample_content(), revision=0, user_id=author)
    write_history(head, published, days=80, calls_a_day=5)
    write_history(other, others_number, days=80, calls_a_day=1)


@contextmanager
def _system_in(account_id: int) -> Iterator[None]:
    """The account's rows, and its company's audit trail, which names nobody but the system."""
    company_id = session.get_one(Account, account_id).company_id
    actor = audit.Actor(company_id=company_id, account_id=account_id)
    with account_scope(account_id), audit.acting_as(actor):
        yield


def _company(name: str, *account_names: str) -> list[int]:
    company = Company(
        name=name, accounts=[Account(name=account_name) for account_name in account_names]
    )
    session.add(company)
    session.flush()
    return [account.id for account in company.accounts]


def _numbers(account_id: int, *numbers: tuple[str, str]) -> list[int]:
    rows = [
        IncomingNumber(account_id=account_id, number=number, label=label)
        for number, label in numbers
    ]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def _senders(account_id: int, *all_digits: str) -> None:
    session.add_all(SenderNumber(account_id=account_id, digits=digits) for digits in all_digits)


def _users(head: int, branch: int, other: int) -> int:
    """The demo logins; returns the id of the company admin."""
    password_hash = passwords.hash_password(demo_logins.PASSWORD)

    def user(
        mail_address: str, name: str, *roles: tuple[int, Role], is_operator: bool = False
    ) -> int:
        row = User(
            mail_address=mail_address,
            name=name,
            password_hash=password_hash,
            is_operator=is_operator,
            is_active=True,
        )
        session.add(row)
        session.flush()
        session.add_all(
            Membership(user_id=row.id, account_id=account_id, role=role)
            for account_id, role in roles
        )
        return row.id

    company_admin = user("company-admin@demo.example", "佐藤 企子", (head, Role.COMPANY_ADMIN))
    user("senior-admin@demo.example", "鈴木 上司", (head, Role.SENIOR_ADMIN))
    user("admin@demo.example", "高橋 管理", (head, Role.ADMIN), (branch, Role.MEMBER))
    user("member@demo.example", "田中 一般", (head, Role.MEMBER))
    user("operator@demo.example", "運用 太郎", is_operator=True)
    user("other-admin@demo.example", "伊藤 見本", (other, Role.COMPANY_ADMIN))
    return company_admin


def _published_flow(
    account_id: int, number_id: int, sms: SmsTemplate, author: int, speech: Speech
) -> None:
    with _system_in(account_id):
        flows.register_flow(number_id)
        content = FlowContent(sample_content().guidances, sms)
        revision = flows.save_draft(number_id, content, revision=0, user_id=author)
        publications.publish_flow(number_id, revision=revision, user_id=author, speech=speech)
