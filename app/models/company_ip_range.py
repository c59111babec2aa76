"""アクセス可能グローバルIPアドレス: from where a company's accounts may be used."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.company import Company
from app.models.database import Base, session


class CompanyIpRange(Base):
    """`cidr` is an IPv4 or IPv6 network in its canonical form, such as 203.0.113.0/24."""

    __tablename__ = "company_ip_range"
    __table_args__ = (UniqueConstraint("company_id", "cidr"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    cidr: Mapped[str] = mapped_column(String(43))
    company: Mapped[Company] = relationship()

    def __repr__(self) -> str:
        return self.cidr


def of_company(company_id: int) -> Sequence[str]:
    """The networks of a company; none means that it may be used from everywhere."""
    return session.scalars(
        select(CompanyIpRange.cidr).where(CompanyIpRange.company_id == company_id)
    ).all()
