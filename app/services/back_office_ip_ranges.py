"""アクセス可能グローバルIPアドレス, as our own staff keeps them."""

from __future__ import annotations

import unicodedata

from app.domain import ip_ranges
from app.domain.refusals import Refusal
from app.models.company_ip_range import CompanyIpRange
from app.models.database import session, transaction
from app.services import audit
from app.services.back_office_writes import (
    changes,
    existing_company,
    locked,
    refusing_clashes,
)


def create_ip_range(*, company_id: int, cidr: str) -> int:
    """Let a company's accounts be used from this range (or single address); returns its id.

    Raises Refusal("ip_range_unreadable" | "ip_range_everything" | "ip_range_taken"), and
    "company_unknown".
    """
    with transaction():
        company = existing_company(company_id)
        entry = CompanyIpRange(company_id=company.id, cidr=_canonical(cidr))
        with refusing_clashes("ip_range_taken", field="cidr"):
            session.add(entry)
        audit.record(
            "ip_range.create", company.name, after={"cidr": entry.cidr}, company_id=company.id
        )
        return entry.id


def update_ip_range(range_id: int, *, cidr: str) -> None:
    """Raises as `create_ip_range`, and Refusal("row_gone")."""
    with transaction():
        entry = locked(CompanyIpRange, range_id)
        with refusing_clashes("ip_range_taken", field="cidr"):
            before, after = changes(entry, cidr=_canonical(cidr))
        audit.record(
            "ip_range.update",
            entry.company.name,
            before=before,
            after=after,
            company_id=entry.company_id,
        )


def delete_ip_range(range_id: int) -> None:
    """Raises Refusal("row_gone")."""
    with transaction():
        entry = locked(CompanyIpRange, range_id)
        audit.record(
            "ip_range.delete",
            entry.company.name,
            before={"cidr": entry.cidr},
            company_id=entry.company_id,
        )
        session.delete(entry)


def _canonical(text: str) -> str:
    """203.0.113.7/24 → 203.0.113.0/24; full-width signs are read too."""
    try:
        network = ip_ranges.network(unicodedata.normalize("NFKC", text))
    except ValueError:
        raise Refusal("ip_range_unreadable", field="cidr") from None
    if network.prefixlen == 0:
        raise Refusal("ip_range_everything", field="cidr")
    return str(network)
