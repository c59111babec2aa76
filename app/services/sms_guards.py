"""What keeps callers from having us send too many SMS. Part of the call's own transaction."""

from __future__ import annotations

from datetime import timedelta

from app.domain import japan_days
from app.models import sms_quota
from app.models.call import Call
from app.models.database import transaction
from app.models.sms_quota import DailyLimits
from app.models.tenant_scope import all_companies


def within_limits(call: Call, recipient: str, limits: DailyLimits) -> bool:
    """Count one more SMS, and say whether it may still be sent.

    What is refused counts too, so that who goes on trying gains nothing. Webhooks of different
    calls wait for each other at the counters of the same number.
    """
    assert call.account_id is not None, "only a number of an account has a flow"
    numbers = sms_quota.asked_by(call.caller, recipient)
    asked = sms_quota.count_one(call.account_id, japan_days.today(), numbers)
    return all(count <= limits.most(kind) for kind, count in asked.items())


def forget_old_counts() -> None:
    """Yesterday's stay for a clock that is behind."""
    with all_companies("counts of past days"), transaction():
        sms_quota.forget_before(japan_days.today() - timedelta(days=1))
