"""What keeps callers from having us send too many SMS. Part of the call's own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.domain import japan_days
from app.models import sms_quota
from app.models.call import Call
from app.models.database import transaction
from app.models.sms_quota import AskedBy
from app.models.tenant_scope import all_companies


@dataclass(frozen=True)
class DailyLimits:
    """SMS per account and day in Japan: to one number that callers keyed in, and asked for by one
    caller."""

    per_recipient: int
    per_caller: int


def within_limits(call: Call, recipient: str, limits: DailyLimits) -> bool:
    """Count one more SMS, and say whether it may still be sent.

    What is refused counts too, so that who goes on trying gains nothing. Webhooks of different
    calls wait for each other at the counters of the same number.
    """
    assert call.account_id is not None, "only a number of an account has a flow"
    numbers = {}
    if call.caller is not None:
        numbers[AskedBy.CALLER] = call.caller
    if recipient != call.caller:
        numbers[AskedBy.KEYED] = recipient
    asked = sms_quota.count_one(call.account_id, japan_days.today(), numbers)
    most = {AskedBy.CALLER: limits.per_caller, AskedBy.KEYED: limits.per_recipient}
    return all(count <= most[kind] for kind, count in asked.items())


def forget_old_counts() -> None:
    """Yesterday's stay for a clock that is behind."""
    with all_companies("counts of past days"), transaction():
        sms_quota.forget_before(japan_days.today() - timedelta(days=1))
