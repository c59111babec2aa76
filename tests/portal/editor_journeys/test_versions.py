"""From 「公開」 to 「復元」: comments, comparison, history, plans, stopping, deleting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from app.domain.japan_days import today
from app.domain.slots import Slot
from app.models import flow as flow_table
from app.models import publication_plan
from app.models.database import session
from app.models.flow import Flow
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import account_scope
from tests.portal.editor_journeys.hands import Hands
from tests.services.publication_support import VOICE

pytestmark = [pytest.mark.slow, pytest.mark.any_database]
MORNING, EVENING = "朝のご案内です。", "夜のご案内です。"


@pytest.fixture(autouse=True)
def voice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "todoku_speech", VOICE)


def live_flow(number: IncomingNumber) -> Flow | None:
    session.remove()
    with account_scope(number.account_id):
        return flow_table.live_flow(number.id)


def heard(number: IncomingNumber) -> str | None:
    """① of what callers get now."""
    session.remove()
    with account_scope(number.account_id):
        flow = flow_table.live_flow(number.id)
        version = flow.published_version if flow else None
        return version.flow_content.guidances[Slot.GREETING].text if version else None


def plans(number: IncomingNumber) -> int:
    session.remove()
    with account_scope(number.account_id):
        flow = flow_table.live_flow(number.id)
        assert flow is not None
        return len(publication_plan.open_plans(flow.id))


def dialog(hands: Hands) -> Locator:
    return hands.page.locator("dialog[open]")


def done(hands: Hands) -> None:
    expect(hands.page.locator(".notice--success")).to_be_visible()


def publish(hands: Hands, text: str, comment: str) -> None:
    hands.write(hands.page.locator("#guidance_1"), text)
    hands.press_button("下書き保存")
    done(hands)
    hands.press_button("公開")
    hands.write(dialog(hands).get_by_label(hands.say("コメント")), comment)
    hands.press_button("公開", dialog(hands))
    done(hands)


def row_of(hands: Hands, comment: str) -> Locator:
    return hands.page.get_by_role("row").filter(has_text=comment)


def choose_in_row(hands: Hands, row: Locator, entry: str) -> None:
    hands.choose_in_menu(row.locator("button[popovertarget]"), entry)


def test_an_older_version_returns_and_is_loaded(editor: Hands, number: IncomingNumber) -> None:
    publish(editor, MORNING, "朝から")
    editor.write(editor.page.locator("#guidance_1"), EVENING)
    editor.press_button("下書き保存")
    done(editor)
    editor.press_button("公開")
    expect(dialog(editor).locator("del")).to_have_text("朝")
    expect(dialog(editor).locator("ins")).to_have_text("夜")
    editor.write(dialog(editor).get_by_label(editor.say("コメント")), "夜だけ")
    editor.press_button("公開", dialog(editor))
    done(editor)
    assert heard(number) == EVENING
    editor.press_button("履歴")
    expect(row_of(editor, "夜だけ")).to_have_count(1)
    choose_in_row(editor, row_of(editor, "朝から"), "この版に戻す")
    editor.press_button("この版に戻す", dialog(editor))
    done(editor)
    assert heard(number) == MORNING
    choose_in_row(editor, row_of(editor, "夜だけ"), "下書きに読み込む")
    editor.press_button("下書きに読み込む", dialog(editor))
    done(editor)
    expect(editor.page.locator("#guidance_1")).to_have_value(EVENING)
    assert heard(number) == MORNING


def test_stopped_deleted_and_restored(editor: Hands, number: IncomingNumber) -> None:
    publish(editor, MORNING, "朝から")
    editor.press_button("履歴")
    editor.press_button("公開を停止")
    expect(dialog(editor).locator(".notice--danger")).to_be_visible()  # what stops is said first
    editor.press_button("公開を停止", dialog(editor))
    done(editor)
    assert heard(number) is None
    choose_in_row(editor, row_of(editor, "朝から"), "この版に戻す")
    editor.press_button("この版に戻す", dialog(editor))
    done(editor)
    numbers = editor.page.locator(".crumbs a").first
    editor.press(numbers)
    row = editor.page.get_by_role("row").filter(has_text="050-3000-0003")
    choose_in_row(editor, row, "フロー削除")
    expect(dialog(editor).locator(".notice--danger")).to_be_visible()
    editor.press_button("削除", dialog(editor))
    done(editor)
    assert live_flow(number) is None
    choose_in_row(editor, row, "履歴・削除したフロー")
    editor.press_button("復元")
    editor.press_button("復元", dialog(editor))
    done(editor)
    assert heard(number) == MORNING


def test_planned_and_cancelled(editor: Hands, number: IncomingNumber) -> None:
    editor.press_button("公開")
    editor.check(dialog(editor).get_by_label(editor.say("予約公開")))
    day, time = (dialog(editor).locator(f"[name=first_{part}]") for part in ("day", "time"))
    editor.write_midnight(day, time, today() + timedelta(days=30))
    editor.write(dialog(editor).get_by_label(editor.say("コメント")), "年末年始")
    editor.press_button("公開を予約", dialog(editor))
    done(editor)
    assert plans(number) == 1
    assert heard(number) is None
    editor.press_button("履歴")
    expect(editor.page.locator(".plan")).to_contain_text("年末年始")
    editor.press_button("予約を取り消す")
    editor.press_button("予約を取り消す", dialog(editor))
    done(editor)
    expect(editor.page.locator(".plan")).to_have_count(0)
    assert plans(number) == 0


def test_two_people_edit_the_same_draft(
    editor: Hands, number: IncomingNumber, sign_in: Callable[[Page], None], browser: Browser
) -> None:
    colleague = browser.new_page(locale="ja-JP")
    sign_in(colleague)
    colleague.goto(editor.page.url)
    colleague.fill("#guidance_1", EVENING)
    colleague.click(".save-bar [type=submit]")
    expect(colleague.locator(".notice--success")).to_be_visible()
    colleague.context.close()
    editor.write(editor.page.locator("#guidance_1"), MORNING)
    editor.press_button("下書き保存")
    beside = editor.page.locator("#saved-guidance_1")
    expect(beside).to_contain_text(EVENING)
    editor.page.wait_for_load_state()  # its scripts run
    expect(editor.page.locator("#guidance_1")).to_have_value(MORNING)
    editor.press_button("こちらを使う")
    expect(editor.page.locator("#guidance_1")).to_have_value(EVENING)
    editor.write(editor.page.locator("#guidance_1"), f"{MORNING}{EVENING}")
    editor.press_button("下書き保存")
    done(editor)
    flow = live_flow(number)
    assert flow is not None
    assert flow.draft_content.guidances[Slot.GREETING].text == f"{MORNING}{EVENING}"
