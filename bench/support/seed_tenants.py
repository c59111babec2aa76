"""Who has the calls that the measurements read: companies, accounts, numbers and their flows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain.flow_content import FlowContent, SmsTemplate, sample_content
from app.models.account import Account
from app.models.company import Company
from app.models.flow import Flow
from app.models.flow_version import FlowVersion
from app.models.incoming_number import IncomingNumber

ACCOUNTS = 200
ACCOUNTS_PER_COMPANY = 2
NUMBERS_OF_LARGEST = 50
SHARE_OF_LARGEST = 0.3
SENDER = "0312345678"
TARGET = "https://www.example.jp/reserve?from=poster"
BODY = (
    "お電話ありがとうございます。ご予約とお問い合わせはこちらから承ります。 "
    f"{TARGET} 本日中にお手続きください。"
)


@dataclass(frozen=True)
class Line:
    """An incoming number with its published flow."""

    account_id: int
    number_id: int
    version_id: int
    number: str


@dataclass(frozen=True)
class Tenants:
    """The lines, those of the largest account first, and each one's share of all calls."""

    lines: list[Line]
    shares: NDArray[np.float64]

    @property
    def largest(self) -> int:
        """The id of the account with the most rows."""
        return self.lines[0].account_id


def add_tenants(engine: Engine) -> Tenants:
    lines: list[Line] = []
    shares: list[float] = []
    with Session(engine) as session, session.begin():
        for place in range(ACCOUNTS):
            if place % ACCOUNTS_PER_COMPANY == 0:
                company = Company(name=f"計測株式会社{place // ACCOUNTS_PER_COMPANY}")
                session.add(company)
            account = Account(name=f"計測支店{place}", company=company)
            session.add(account)
            session.flush()
            of_account = [
                _add_line(session, account.id, f"+81503{place:03d}{number:04d}")
                for number in range(NUMBERS_OF_LARGEST if place == 0 else 1 + place % 5)
            ]
            lines += of_account
            shares += list(_share_of(place) * _falling(len(of_account)))
    return Tenants(lines, np.array(shares) / sum(shares))


def _share_of(place: int) -> float:
    if place == 0:
        return SHARE_OF_LARGEST
    return float((1 - SHARE_OF_LARGEST) * _falling(ACCOUNTS - 1)[place - 1])


def _falling(count: int) -> NDArray[np.float64]:
    """Shares of 1: the first is the largest, the last a small part of it."""
    weights = 1 / (np.arange(count) + 3.0)
    return weights / weights.sum()


def _add_line(session: Session, account_id: int, number: str) -> Line:
    row = IncomingNumber(account_id=account_id, number=number)
    content = FlowContent(
        sample_content().guidances, SmsTemplate(SENDER, BODY, (TARGET,))
    ).to_json()
    session.add(row)
    session.flush()
    flow = Flow(account_id=account_id, incoming_number_id=row.id, draft=content, draft_revision=1)
    session.add(flow)
    session.flush()
    version = FlowVersion(
        account_id=account_id, flow_id=flow.id, number=1, content=content, audio={}
    )
    session.add(version)
    session.flush()
    flow.published_version_id = version.id
    flow.published_at = version.published_at
    return Line(account_id, row.id, version.id, number)
