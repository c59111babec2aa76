"""予約公開: planning, and what happens when a plan's time comes.

A plan's beginning and end are one transaction each, in which the plan is claimed: a worker that
dies leaves it as it was, and of two that try one finds nothing to do. The flow is always locked
before its plans.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from app import clock
from app.domain.delivery_columns import screen_time
from app.domain.flow_content import ContentRefused
from app.domain.publication_rules import (
    MAX_WAITING_PLANS,
    Period,
    check_comment,
    check_period,
)
from app.domain.refusals import Refusal
from app.models import flow as flow_table
from app.models import flow_event, publication_plan
from app.models.database import session, transaction
from app.models.flow import Flow
from app.models.flow_event import KEPT_NEWER, FlowAction
from app.models.publication_plan import PlanState, PublicationPlan
from app.models.tenant_scope import account_scope, all_companies
from app.services import audit, mails
from app.services.guidance_rendering import Speech
from app.services.version_writing import (
    check_publishable,
    locked_draft,
    note,
    put_in_place,
    render_draft,
    write_version,
)

log = logging.getLogger(__name__)

MISSED = "plan_missed"


def plan_publication(
    number_id: int,
    period: Period,
    *,
    revision: int,
    user_id: int,
    speech: Speech,
    comment: str = "",
) -> int:
    """Freeze the saved draft now, for callers from `period.starts_at` on; returns the plan's id.

    Raises what `publish_flow` and `check_period` do, and Refusal("plans_too_many").
    """
    check_comment(comment)
    draft = render_draft(number_id, revision, speech)
    with transaction():
        flow = locked_draft(number_id, revision)
        others = publication_plan.open_plans(flow.id)
        if sum(plan.state is PlanState.WAITING for plan in others) >= MAX_WAITING_PLANS:
            raise Refusal("plans_too_many", limit=MAX_WAITING_PLANS)
        check_period(period, clock.now(), [plan.period for plan in others])
        version = write_version(flow, draft, user_id)
        plan = PublicationPlan(
            account_id=flow.account_id,
            flow_id=flow.id,
            version_id=version.id,
            starts_at=period.starts_at,
            ends_at=period.ends_at,
            comment=comment,
            created_by_id=user_id,
        )
        session.add(plan)
        session.flush()
        audit.record("plan.create", flow.incoming_number.number, after=_told(plan, version.number))
        return plan.id


def cancel_plan(number_id: int, plan_id: int) -> None:
    """A plan that has not begun will not. Raises Refusal("plan_unknown"), and
    Refusal("plan_not_waiting") when it has begun meanwhile."""
    with _locked_plan(number_id, plan_id) as (flow, plan):
        if not publication_plan.claim(plan.id, PlanState.WAITING, PlanState.CANCELLED):
            raise Refusal("plan_not_waiting")
        audit.record(
            "plan.cancel", flow.incoming_number.number, before=_told(plan, plan.version.number)
        )


def end_plan_now(number_id: int, plan_id: int, *, user_id: int) -> None:
    """End a running plan before its time. Raises Refusal("plan_unknown"), and
    Refusal("plan_not_running") when it has ended meanwhile."""
    with _locked_plan(number_id, plan_id) as (flow, plan):
        if not _end(flow, plan, user_id):
            raise Refusal("plan_not_running")


def run_due_plans() -> None:
    """Begin and end what is due, of all companies. One that fails does not hold up the others."""
    with all_companies("plans"), transaction():
        due = [
            (plan.id, plan.account_id, plan.account.company_id)
            for plan in publication_plan.due(clock.now())
        ]
    for plan_id, account_id, company_id in due:
        actor = audit.Actor(company_id=company_id, account_id=account_id)
        with account_scope(account_id), audit.acting_as(actor):
            try:
                run_plan(plan_id)
            except Exception:  # the others' time has come too; the next beat tries this one again
                log.exception("plan %s", plan_id)


def run_plan(plan_id: int) -> None:
    """Begin or end one plan of the account in scope if its time has come; else do nothing."""
    with transaction():
        plan = publication_plan.by_id(plan_id)
        if plan is None:
            return
        flow = _locked(plan)
        if plan.state is PlanState.WAITING and plan.starts_at <= clock.now():
            _begin(flow, plan)
        elif plan.state is PlanState.RUNNING and plan.ends_at and plan.ends_at <= clock.now():
            _end(flow, plan, None)


@contextmanager
def _locked_plan(number_id: int, plan_id: int) -> Iterator[tuple[Flow, PublicationPlan]]:
    with transaction():
        plan = publication_plan.by_id(plan_id)
        if plan is None or plan.flow.incoming_number_id != number_id:
            raise Refusal("plan_unknown")
        yield _locked(plan), plan


def _locked(plan: PublicationPlan) -> Flow:
    """The plan's flow; both as they are once the lock is got."""
    flow = flow_table.lock_flow(plan.flow_id)
    assert flow is not None, "flows are never removed"
    session.refresh(plan)
    return flow


def _begin(flow: Flow, plan: PublicationPlan) -> None:
    why = _why_not(flow, plan)
    if why is not None:
        _fail(flow, plan, why)
        return
    after = PlanState.RUNNING if plan.ends_at else PlanState.ENDED
    if not publication_plan.claim(plan.id, PlanState.WAITING, after):
        return
    plan.returns_to_id = flow.published_version_id
    put_in_place(flow, plan.version, FlowAction.PLAN_BEGAN, user_id=None, comment=plan.comment)


def _why_not(flow: Flow, plan: PublicationPlan) -> str | None:
    """The code of what stands against it."""
    if plan.ends_at is not None and plan.ends_at <= clock.now():
        return MISSED
    try:
        check_publishable(flow, plan.version.flow_content)
    except ContentRefused as refused:
        return next(iter(refused.problems.values())).code
    except Refusal as refusal:
        return refusal.code
    return None


def _fail(flow: Flow, plan: PublicationPlan, why: str) -> None:
    if not publication_plan.claim(plan.id, PlanState.WAITING, PlanState.FAILED):
        return
    note(flow, FlowAction.PLAN_FAILED, flow.published_version, user_id=None, comment=why)
    number = flow.incoming_number.number
    audit.record(
        "plan.fail", number, before=_told(plan, plan.version.number), after={"reason": why}
    )
    mails.mail_plan_failed(
        plan.created_by,
        number=number,
        starts_at=plan.starts_at,
        path=f"/numbers/{flow.incoming_number_id}/flow/history/",
    )


def _end(flow: Flow, plan: PublicationPlan, user_id: int | None) -> bool:
    """Put back what callers had before, unless somebody decided otherwise meanwhile."""
    if not publication_plan.claim(plan.id, PlanState.RUNNING, PlanState.ENDED):
        return False
    last = flow_event.last_change(flow.id)
    if last and last.action is FlowAction.PLAN_BEGAN and last.version_id == plan.version_id:
        put_in_place(flow, plan.returns_to, FlowAction.PLAN_ENDED, user_id=user_id)
        return True
    live = flow.published_version
    note(flow, FlowAction.PLAN_ENDED, live, user_id=user_id, comment=KEPT_NEWER)
    version = live.number if live else None
    audit.record(
        "plan.end",
        flow.incoming_number.number,
        before={"version": version},
        after={"version": version},
    )
    return True


def _told(plan: PublicationPlan, version: int) -> dict[str, object]:
    told: dict[str, object] = {"version": version, "starts_at": screen_time(plan.starts_at)}
    if plan.ends_at:
        told["ends_at"] = screen_time(plan.ends_at)
    return told | ({"comment": plan.comment} if plan.comment else {})
