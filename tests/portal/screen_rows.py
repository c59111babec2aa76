"""What there is to see on the screens: a company in full swing, and users in every state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from app import clock
from app.domain.call_flow import CallState
from app.domain.roles import Role
from app.domain.sms_status import MessageStatus
from app.models.account import Account
from app.models.audit_entry import AuditEntry
from app.models.company import Company
from app.models.company_ip_range import CompanyIpRange
from app.models.database import session, transaction
from app.models.mail import Mail
from app.models.membership import Membership
from app.models.tenant_scope import all_companies
from app.models.user import User
from app.services import password_resets
from tests.support import factories

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
COLLEAGUES, COMPANIES = 60, 500
ADDRESSES = {
    "admin": "company-admin@demo.example",
    "choosing": "choosing@demo.example",
    "member": "member@demo.example",
    "beginner": "beginner@new.example",
    "newcomer": "newcomer@demo.example",
    "two_factors": "two-factors@demo.example",
    "owes_second_factor": "admin@strict.example",
    "without_account": "without-account@demo.example",
    "elsewhere": "elsewhere@closed.example",
    "operator": "operator@todoku.example",
}


def make() -> Mapping[str, object]:
    """Write the rows; returns the ids that the screens' addresses name."""
    company = factories.company("デモ株式会社")
    head, branch = factories.account("本店", of=company), factories.account("支店", of=company)
    member = _user("member", "田中 一般", (head, Role.MEMBER))
    gone = factories.user("gone@demo.example")
    factories.membership(gone, head, Role.MEMBER)
    _change(gone, deleted_at=clock.now())
    colleague = _users_in_every_state(head, branch)
    _colleagues(head, branch)
    ids = _traffic(head)
    _audit_entries(company, head, member)
    return (
        ids
        | _other_companies()
        | {
            "company": company.id,
            "account": head.id,
            "member": member.id,
            "gone": gone.id,
            "colleague": colleague.id,
            "membership": _id_of_company_admin(head),
            "sender": factories.sender_number(head).id,
            "reset_token": _reset_token(member),
        }
    )


def _user(key: str, name: str, *roles: tuple[Account, Role]) -> User:
    who = factories.user(ADDRESSES[key])
    for where, role in roles:
        factories.membership(who, where, role)
    _change(who, name=name)
    return who


def _change(who: User, **values: object) -> None:
    with transaction():
        row = session.get_one(User, who.id)
        for name, value in values.items():
            setattr(row, name, value)


def _users_in_every_state(head: Account, branch: Account) -> User:
    """Returns the one who is another operator's colleague."""
    _user("admin", "佐藤 企子", (head, Role.COMPANY_ADMIN))
    _user("choosing", "高橋 管理", (head, Role.ADMIN), (branch, Role.MEMBER))
    _user("without_account", "渡辺 無")
    newcomer = _user("newcomer", "新人 花子", (head, Role.MEMBER))
    _change(newcomer, password_is_temporary=True)
    _change(_user("two_factors", "二木 要素", (head, Role.MEMBER)), totp_secret=TOTP_SECRET)
    operator = factories.user(ADDRESSES["operator"], is_operator=True)
    _change(operator, name="運用 太郎")
    colleague = factories.user("colleague@todoku.example", is_operator=True)
    _change(colleague, name="運用 次郎", totp_secret=TOTP_SECRET)
    beginner = factories.account("本社", of=factories.company("これから商店"))
    _user("beginner", "始 一歩", (beginner, Role.COMPANY_ADMIN))
    strict = factories.account("本部", of=factories.company("堅実銀行"))
    _user("owes_second_factor", "堅井 守", (strict, Role.COMPANY_ADMIN))
    with transaction():
        session.get_one(Company, strict.company_id).requires_totp = True
    return colleague


def _colleagues(head: Account, branch: Account) -> None:
    now = clock.now()
    with transaction():
        for n in range(COLLEAGUES):
            who = User(
                mail_address=f"colleague-{n:02}.with-a-long-address@shop.demo.example",
                name=f"同僚 長い名前の{n}番目さん",
                password_hash=factories.PASSWORD_HASH,
                is_active=n % 7 > 0,
                last_sign_in_at=now - timedelta(days=n) if n % 3 else None,
            )
            session.add(who)
            session.flush()
            roles = [(head, Role.SENIOR_ADMIN), (branch, Role.ADMIN)][: 1 + n % 2]
            session.add_all(
                Membership(user_id=who.id, account_id=where.id, role=role) for where, role in roles
            )


def _traffic(head: Account) -> dict[str, object]:
    number = factories.incoming_number(head, "+815030000001", "駅前ポスター")
    flow = factories.published_flow(number)
    factories.draft_flow(factories.incoming_number(head, "+815030000002", "チラシ 秋号"))
    factories.incoming_number(head, "+815030000003")
    for n, status in enumerate(MessageStatus):
        call = factories.call(number, flow=flow, started_at=clock.now() - timedelta(minutes=n))
        message = factories.message(call, status=status, provider_id=f"plivo-{n}")
        if status is MessageStatus.INTERNAL_ERROR:
            dead_letter = message.id
    for n in range(12):
        past = clock.now() - timedelta(days=1 + n % 5, hours=n)
        factories.message(
            factories.call(number, flow=flow, started_at=past), status=MessageStatus.DELIVERED
        )
    factories.suppressed_number(head)
    anonymous = factories.call(number, flow=flow, caller=None, state=CallState.ANNOUNCED)
    return {
        "number": number.id,
        "call": anonymous.id,
        "message": message.id,
        "dead_letter": dead_letter,
    }


def _other_companies() -> dict[str, object]:
    closed = factories.account("本店", of=factories.company("閉門株式会社"))
    _user("elsewhere", "外出 中", (closed, Role.MEMBER), (factories.account(), Role.MEMBER))
    with transaction():
        ip_range = CompanyIpRange(company_id=closed.company_id, cidr="203.0.113.0/24")
        session.add(ip_range)
        session.add_all(
            Company(name=f"株式会社その{n}", accounts=[Account(name="本社")])
            for n in range(COMPANIES)
        )
        session.flush()
        return {"ip_range": ip_range.id}


def _audit_entries(company: Company, head: Account, member: User) -> None:
    with transaction():
        for n in range(60):
            session.add(
                AuditEntry(
                    at=clock.now() - timedelta(minutes=n),
                    actor=ADDRESSES["admin"],
                    address="203.0.113.77",
                    company_id=company.id,
                    account_id=head.id,
                    action="user.update",
                    subject=member.mail_address,
                    before={"name": "田中 一子", "is_active": False},
                    after={"name": "田中 一般", "is_active": True},
                )
            )


def _id_of_company_admin(head: Account) -> int:
    with all_companies("a test's rows"):
        return session.scalars(
            select(Membership.id).filter_by(account_id=head.id, role=Role.COMPANY_ADMIN)
        ).one()


def _reset_token(who: User) -> str:
    password_resets.request_reset(who.mail_address)
    body = session.scalars(select(Mail.body).order_by(Mail.id.desc())).first()
    session.commit()
    link = re.search(r"/password-reset/(\S+)", body or "")
    assert link
    return link[1]
