"""The dialog of 「公開」 in a browser: now or later, what is refused, also as wide as a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from app.domain.japan_days import today
from app.models import flow as flow_table
from app.models import publication_plan
from app.models.account import Account
from app.models.database import session
from app.models.flow import Flow
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import account_scope
from app.services import flows
from tests.services.publication_support import VOICE, publish, save, saying
from tests.support import factories

pytestmark = [pytest.mark.any_database, pytest.mark.slow]

OpenDialog = Callable[[], Locator]


@pytest.fixture
def account(app: Flask) -> Account:
    app.extensions["todoku_speech"] = VOICE
    account = factories.account()
    factories.sender_number(account)
    return account


@pytest.fixture
def number(account: Account) -> IncomingNumber:
    number = factories.incoming_number(account)
    author = factories.user()
    with account_scope(account.id):
        publish(number, author, saying("営業時間は10時から18時までです。"))
        save(number, author, saying("営業時間は10時から20時までです。"))
        session.remove()
    return number


@pytest.fixture
def open_dialog(page: Page, address: str, account: Account, number: IncomingNumber) -> OpenDialog:
    user = factories.member_of(account)
    page.goto(f"{address}/sign-in")
    page.fill("[name=mail_address]", user.mail_address)
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/numbers/")

    def open_it() -> Locator:
        page.goto(f"{address}/numbers/{number.id}/flow/edit")
        page.click("[data-publishes]")
        return page.locator("#publish-dialog")

    return open_it


def plans(number: IncomingNumber) -> int:
    flow = _flow(number)
    with account_scope(number.account_id):
        return len(publication_plan.open_plans(flow.id))


def test_later_shows_the_period_and_marks_what_changes(open_dialog: OpenDialog) -> None:
    dialog = open_dialog()
    expect(dialog.locator("del")).to_have_text("18")
    expect(dialog.locator("ins")).to_have_text("20")
    expect(dialog.locator("[name=first_day]")).to_be_hidden()
    expect(dialog.locator("button .publish-now")).to_be_visible()
    dialog.locator("[value=later]").check()
    expect(dialog.locator("[name=first_day]")).to_be_visible()
    expect(dialog.locator("button .publish-later")).to_be_visible()
    expect(dialog.locator("button .publish-now")).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 390])
def test_refused_mended_and_planned(
    page: Page, open_dialog: OpenDialog, number: IncomingNumber, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    dialog = open_dialog()
    dialog.locator("[value=later]").check()
    dialog.locator("[name=comment]").fill("年末年始")
    dialog.locator("button[type=submit]").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    expect(page.locator("[name=comment]")).to_have_value("年末年始")
    expect(page.locator("[value=later]")).to_be_checked()
    summary.get_by_role("link").first.click()
    expect(page.locator("[name=first_day]")).to_be_focused()
    page.fill("[name=first_day]", (today() + timedelta(days=300)).isoformat())
    page.fill("[name=first_time]", "00:00")
    page.locator(".publish-form button[type=submit]").click()
    page.wait_for_url("**/flow/edit")
    assert plans(number) == 1
    page.goto(page.url.replace("/edit", "/history/"))
    expect(page.locator(".plan")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.locator(".plan button").click()
    page.locator("#cancel-plan-dialog button[type=submit]").click()
    expect(page.locator(".plan")).to_have_count(0)
    assert plans(number) == 0


def test_an_older_version_returns_from_its_menu(
    page: Page, open_dialog: OpenDialog, number: IncomingNumber
) -> None:
    open_dialog().locator("button[type=submit]").click()
    page.wait_for_load_state()
    page.goto(page.url.replace("/edit", "/history/"))
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("tbody tr").last.locator("button[popovertarget]").click()
    page.locator("[data-opens-dialog=return-dialog]:visible").click()
    dialog = page.locator("#return-dialog")
    expect(dialog.locator("[data-fill=number]")).to_have_text("1")
    dialog.locator("button[type=submit]").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    version = _flow(number).published_version
    assert version is not None
    assert version.number == 1


def test_no_barrier_stands_in_the_way(
    page: Page, open_dialog: OpenDialog, number: IncomingNumber, axe: Callable[[Page], list[str]]
) -> None:
    dialog = open_dialog()
    assert axe(page) == []
    dialog.locator("[value=later]").check()
    assert axe(page) == []
    dialog.locator("button[type=submit]").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert axe(page) == []
    factories.publication_plan(_flow(number))
    history = page.url.replace("/publish", "/history/")
    page.goto(history)
    assert axe(page) == []
    page.locator("[data-opens-dialog=stop-dialog]").click()
    assert axe(page) == []
    version = _flow(number).published_version_id
    for path in (f"versions/{version}", f"versions/{version}/comparison?with=draft"):
        page.goto(f"{history}{path}")
        assert axe(page) == []
    with account_scope(number.account_id):
        flows.delete_flow(number.id, user_id=factories.user().id, may_publish=True)
        session.remove()
    page.goto(history)
    assert axe(page) == []


def _flow(number: IncomingNumber) -> Flow:
    with account_scope(number.account_id):
        session.remove()
        flow = flow_table.live_flow(number.id)
        assert flow is not None
        return flow
