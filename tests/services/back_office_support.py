"""What tests of our own staff's writes share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.domain.refusals import Refusal
from app.models.audit_entry import AuditEntry
from app.models.database import session


def refused(code: str, call: Callable[[], object]) -> Refusal:
    before = trail()
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.code == code
    assert trail() == before, "a refused write leaves nothing"
    return caught.value


def trail() -> list[tuple[str, int | None]]:
    session.rollback()
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(entry.action, entry.company_id) for entry in entries]
