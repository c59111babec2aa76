"""「公開」「予約公開」 and 「履歴」 as their users see them (SPEC §6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app import clock
from app.domain.roles import Role
from app.models import flow as flow_table
from app.models import flow_event, publication_plan
from app.models.account import Account
from app.models.database import session, transaction
from app.models.flow import Flow
from app.models.flow_event import KEPT_NEWER, FlowAction, FlowEvent
from app.models.incoming_number import IncomingNumber
from app.models.publication_plan import PlanState, PublicationPlan
from app.models.tenant_scope import account_scope, all_companies
from app.services import flows
from tests.portal.conftest import Visitor, words
from tests.services.publication_support import VOICE, heard, publish, save, saying
from tests.support import factories

pytestmark = [pytest.mark.any_database, pytest.mark.usefixtures("frozen")]

NewVisitor = Callable[[], Visitor]
LATER: dict[str, Any] = {
    "when": "later",
    "first_day": "2025-12-29",
    "first_time": "00:00",
    "last_day": "2026-01-04",
    "last_time": "00:00",
}


@pytest.fixture
def account(app: Flask) -> Account:
    app.extensions["todoku_speech"] = VOICE
    account = factories.account("本店")
    factories.sender_number(account)
    return account


@pytest.fixture
def author(account: Account) -> Any:
    return factories.member_of(account, Role.ADMIN)


@pytest.fixture
def someone(visitor: NewVisitor, author: Any) -> Visitor:
    return visitor().sign_in(author)


@pytest.fixture
def member(visitor: NewVisitor, account: Account) -> Visitor:
    return visitor().sign_in(factories.member_of(account, Role.MEMBER))


def flow_of(number: IncomingNumber) -> Flow:
    with account_scope(number.account_id):
        session.remove()
        flow = flow_table.live_flow(number.id)
        assert flow is not None
        return flow


def drafted(number: IncomingNumber, author: Any, greeting: str) -> int:
    with account_scope(number.account_id):
        return save(number, author, saying(greeting))


def published(number: IncomingNumber, author: Any, greeting: str, comment: str = "") -> None:
    with account_scope(number.account_id):
        publish(number, author, saying(greeting), comment)


def now_heard(number: IncomingNumber) -> str | None:
    with account_scope(number.account_id):
        return heard(number)


def plans_of(number: IncomingNumber) -> list[PublicationPlan]:
    flow = flow_of(number)
    with account_scope(number.account_id):
        return list(publication_plan.open_plans(flow.id))


def events_of(number: IncomingNumber) -> list[FlowEvent]:
    flow = flow_of(number)
    with account_scope(number.account_id):
        return list(flow_event.of_flows([flow.id], offset=0, limit=50))


def history(number: IncomingNumber) -> str:
    return f"/numbers/{number.id}/flow/history/"


def send(someone: Visitor, number: IncomingNumber, revision: int, **fields: Any) -> Any:
    someone.get(history(number))
    return someone.post(
        f"/numbers/{number.id}/flow/publish", follow=True, revision=revision, **fields
    )


def test_published_now_with_a_comment(
    someone: Visitor, number: IncomingNumber, author: Any
) -> None:
    revision = drafted(number, author, "一")
    page = send(someone, number, revision, when="now", comment="  営業時間の\n変更 ")
    assert "The flow is published" in words(page)
    assert now_heard(number) == "一"
    text = someone.text(history(number))
    for word in ("Published", "Version 1", "(published now)", author.name, "営業時間の 変更"):
        assert word in text


def test_planned_in_japan_time_and_seen_everywhere(
    someone: Visitor, number: IncomingNumber, author: Any
) -> None:
    revision = drafted(number, author, "年末年始")
    page = send(someone, number, revision, **LATER, comment="冬休み")
    assert "published at 2025/12/29 0:00" in words(page)
    (plan,) = plans_of(number)
    assert plan.starts_at == datetime(2025, 12, 28, 15, tzinfo=UTC)
    assert plan.ends_at == datetime(2026, 1, 3, 15, tzinfo=UTC)
    assert "Planned from 12/29 0:00" in someone.text("/numbers/")
    for path in (history(number), f"/numbers/{number.id}/flow/edit"):
        assert "Planned 12/29 0:00 〜 2026/1/4 0:00" in someone.text(path)
    assert "冬休み" in someone.text(history(number))
    assert now_heard(number) is None


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"first_day": ""}, "Enter a date."),
        ({"first_time": ""}, "Enter a time such as 9:00."),
        ({"last_day": ""}, "Enter a date."),
        ({"last_time": "25:00"}, "Enter a time such as 9:00."),
        ({"first_day": "2025-02-20"}, "The beginning is past. Choose a later time."),
        ({"last_day": "2025-12-28"}, "The end must be later than the beginning."),
        ({"last_day": "2027-12-28"}, "A publication can be planned until 2026/2/22 9:30."),
        ({"first_day": "2025-12-31"}, "from 2026/1/1 0:00, overlaps this one."),
        ({"comment": "あ" * 201}, "A comment has at most 200 characters."),
    ],
)
def test_a_wrong_plan_is_told_beside_its_field_and_nothing_is_lost(
    someone: Visitor, number: IncomingNumber, author: Any, changed: dict[str, str], problem: str
) -> None:
    revision = drafted(number, author, "一")
    factories.publication_plan(
        flow_of(number),
        datetime(2025, 12, 31, 15, tzinfo=UTC),
        datetime(2026, 1, 1, 15, tzinfo=UTC),
        of=factories.version(flow_of(number), 7),
    )
    typed = {**LATER, "last_day": "2025-12-30", "comment": "理由"} | changed
    if changed.get("first_day") == "2025-12-31":
        typed["last_day"] = "2026-01-04"
    page = send(someone, number, revision, **typed)
    assert page.status_code == 422
    html = page.get_data(as_text=True)
    assert words(page).count(problem) == 2  # at the top and beside
    assert re.search(r'<input checked [^>]*value="later"', html)
    assert f'value="{typed["comment"]}"' in html
    assert len(plans_of(number)) == 1


def test_the_draft_that_was_looked_at_is_planned_or_none(
    someone: Visitor, number: IncomingNumber, author: Any
) -> None:
    drafted(number, author, "一")
    page = send(someone, number, 0, **LATER)
    assert "the draft was saved again meanwhile" in words(page)
    assert plans_of(number) == []


def test_failing_trial_calls_are_named(
    someone: Visitor, number: IncomingNumber, author: Any
) -> None:
    drafted(number, author, "一")
    factories.trial_call(flow_of(number), "携帯からの着信")
    with account_scope(number.account_id):
        revision = save(number, author, saying("一", body="別のSMS"))
    page = send(someone, number, revision, when="now")
    assert "携帯からの着信" in words(page)
    assert now_heard(number) is None


def test_a_plan_is_cancelled_and_a_running_one_ended(
    someone: Visitor, number: IncomingNumber, author: Any
) -> None:
    published(number, author, "通常")
    send(someone, number, drafted(number, author, "予約"), **LATER)
    (plan,) = plans_of(number)
    page = someone.post(f"/numbers/{number.id}/flow/plans/{plan.id}/cancel", follow=True)
    assert "The planned publication was cancelled." in words(page)
    assert plans_of(number) == []
    running = factories.publication_plan(
        flow_of(number), clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1)
    )
    with all_companies("test"), transaction():
        session.get_one(PublicationPlan, running.id).state = PlanState.RUNNING
    assert "Planned publication until 2/21 10:30" in someone.text("/numbers/")
    page = someone.post(f"/numbers/{number.id}/flow/plans/{running.id}/end", follow=True)
    assert "The planned publication was ended." in words(page)
    page = someone.post(f"/numbers/{number.id}/flow/plans/{running.id}/end", follow=True)
    assert "The planned publication has ended meanwhile." in words(page)


def test_stopped_returned_loaded(someone: Visitor, number: IncomingNumber, author: Any) -> None:
    published(number, author, "一")
    published(number, author, "二")
    first = next(event.version_id for event in reversed(events_of(number)))
    page = someone.get(history(number))
    base = f"/numbers/{number.id}/flow"
    page = someone.post(f"{base}/stop", follow=True)
    assert "Publication was stopped" in words(page)
    assert now_heard(number) is None
    assert "Draft" in someone.text("/numbers/")
    page = someone.post(f"{base}/versions/{first}/return", follow=True)
    assert "The older version is published again" in words(page)
    assert now_heard(number) == "一"
    someone.get(history(number))
    page = someone.post(f"{base}/versions/{first}/load", follow=True, revision=1)
    assert "The draft was saved again meanwhile" in words(page)
    page = someone.post(f"{base}/versions/{first}/load", follow=True, revision=2)
    assert "The version was loaded into the draft" in words(page)
    assert flow_of(number).draft_content == saying("一")


def test_a_version_can_be_read_and_compared_word_by_word(
    someone: Visitor, number: IncomingNumber, author: Any
) -> None:
    published(number, author, "営業時間は10時から18時までです。")
    published(number, author, "営業時間は10時から20時までです。")
    first = events_of(number)[-1].version_id
    text = someone.text(f"{history(number)}versions/{first}")
    assert "営業時間は10時から18時までです。" in text
    assert "Not published now" in text
    page = someone.get(f"{history(number)}versions/{first}/comparison").get_data(as_text=True)
    assert "<del>18</del>時" in page
    assert "<ins>20</ins>時" in page
    assert page.count('class="change"') == 1
    same = someone.text(f"{history(number)}versions/{events_of(number)[0].version_id}/comparison")
    assert "There is no difference" in same
    drafted(number, author, "営業時間は10時から22時までです。")
    page = someone.get(f"{history(number)}versions/{first}/comparison?with=draft")
    assert "<ins>22</ins>" in page.get_data(as_text=True)
    someone.post(f"/numbers/{number.id}/flow/stop")
    assert someone.get(f"{history(number)}versions/{first}/comparison").status_code == 404


def test_versions_of_strangers_and_other_numbers_do_not_exist(
    someone: Visitor, account: Account, number: IncomingNumber, author: Any
) -> None:
    published(number, author, "一")
    others = factories.published_flow(factories.incoming_number(account))
    theirs = factories.published_flow(factories.incoming_number(factories.account()))
    for flow in (others, theirs):
        address = f"{history(number)}versions/{flow.published_version_id}"
        assert someone.get(address).status_code == 404
        assert someone.get(f"{address}/comparison").status_code == 404


def test_a_deleted_flow_is_restored_from_the_history(
    someone: Visitor, member: Visitor, number: IncomingNumber, author: Any
) -> None:
    published(number, author, "一", "最初の公開")
    gone = flow_of(number).id
    someone.get("/numbers/")
    someone.post(f"/numbers/{number.id}/flow/delete")
    assert "History and deleted flows" in someone.text("/numbers/")
    page = someone.get(history(number))
    assert "最初の公開" in words(page)
    assert "Restore" in words(page)
    version = re.search(r"/flow/history/versions/\d+", page.get_data(as_text=True))
    assert version is not None
    assert "一" in someone.text(f"/numbers/{number.id}{version[0]}")
    assert 'data-opens-dialog="restore-dialog"' not in member.get(history(number)).get_data(
        as_text=True
    )
    with account_scope(number.account_id):
        flows.register_flow(number.id)
        session.remove()
    page = someone.post(f"/numbers/{number.id}/flow/deleted/{gone}/restore", follow=True)
    assert "The number has a flow already." in words(page)
    someone.post(f"/numbers/{number.id}/flow/delete")
    page = someone.post(f"/numbers/{number.id}/flow/deleted/{gone}/restore", follow=True)
    assert "The flow is back: the next caller hears it." in words(page)
    assert now_heard(number) == "一"


def test_members_read_the_history_and_load_but_do_not_decide(
    member: Visitor, number: IncomingNumber, author: Any
) -> None:
    published(number, author, "一")
    published(number, author, "二")
    page = member.get(history(number)).get_data(as_text=True)
    assert "Load into the draft" in page
    for dialog in ("return-dialog", "stop-dialog"):
        assert f'data-opens-dialog="{dialog}"' not in page
    assert member.post(f"/numbers/{number.id}/flow/stop").status_code == 403


def test_members_may_be_kept_from_deleting_what_callers_hear(
    member: Visitor, someone: Visitor, account: Account, number: IncomingNumber, author: Any
) -> None:
    published(number, author, "一")
    assert 'data-opens-dialog="delete-dialog"' in member.get("/numbers/").get_data(as_text=True)
    with transaction():
        session.get_one(Account, account.id).may_members_delete_published = False
    page = member.get("/numbers/")
    assert "only an admin may delete what callers hear" in words(page)
    assert 'data-opens-dialog="delete-dialog"' not in page.get_data(as_text=True)
    assert member.post(f"/numbers/{number.id}/flow/delete").status_code == 403
    assert now_heard(number) == "一"
    someone.get("/numbers/")
    assert someone.post(f"/numbers/{number.id}/flow/delete").status_code == 302
    assert "Not registered" in someone.text("/numbers/")


def test_what_the_schedule_did_is_explained(
    someone: Visitor, number: IncomingNumber, author: Any
) -> None:
    published(number, author, "一")
    flow = flow_of(number)
    for action, comment in (
        (FlowAction.PLAN_FAILED, "sender_unknown"),
        (FlowAction.PLAN_FAILED, "guidance_empty"),
        (FlowAction.PLAN_ENDED, KEPT_NEWER),
    ):
        with all_companies("test"), transaction():
            session.add(
                FlowEvent(
                    account_id=flow.account_id, flow_id=flow.id, action=action, comment=comment
                )
            )
    text = someone.text(history(number))
    for words_of_it in (
        "The sender number does not belong to this account any more.",
        "It does not keep today's rules any more.",
        "Something else was published by hand meanwhile, and stays.",
        "Schedule",
    ):
        assert words_of_it in text


def test_a_comment_never_reads_as_the_schedules_word(
    someone: Visitor, number: IncomingNumber, author: Any
) -> None:
    published(number, author, "一")
    with all_companies("test"), transaction():
        session.execute(update(FlowEvent).values(comment=KEPT_NEWER))
    text = someone.text(history(number))
    assert KEPT_NEWER in text
    assert "Something else was published by hand" not in text


def test_a_long_history_comes_in_pages_with_few_statements(
    someone: Visitor, number: IncomingNumber, author: Any, statements: list[str]
) -> None:
    published(number, author, "一")
    flow = flow_of(number)
    with all_companies("test"), transaction():
        session.add_all(
            FlowEvent(
                account_id=flow.account_id,
                flow_id=flow.id,
                action=FlowAction.PUBLISHED,
                version_id=flow.published_version_id,
                comment=f"<{index}>",
                user_id=author.id,
            )
            for index in range(120)
        )
    statements.clear()
    first = someone.text(history(number))
    assert len(statements) <= 12, statements
    assert "<119>" in first
    assert "<60>" not in first
    assert "<0>" in someone.text(f"{history(number)}?page=3")
    assert someone.get(f"{history(number)}?page=99").status_code == 200
