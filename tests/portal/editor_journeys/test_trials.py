"""「テスト発信」: a call that is saved guards what callers get, until somebody says otherwise."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import func, select

from app.domain.slots import Slot
from app.models import flow as flow_table
from app.models.call import Call
from app.models.database import session
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.tenant_scope import account_scope, all_companies
from tests.portal.editor_journeys.hands import Hands
from tests.portal.test_trial_calls_page import Voice, steps, wait_for_prompt

pytestmark = [pytest.mark.slow, pytest.mark.any_database]
CHANGED = "別のご案内です。"


@pytest.fixture(autouse=True)
def voice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "todoku_speech", Voice())


def published(number: IncomingNumber) -> str | None:
    session.remove()
    with account_scope(number.account_id):
        flow = flow_table.live_flow(number.id)
        version = flow.published_version if flow else None
        return version.flow_content.guidances[Slot.SMS_SENT].text if version else None


def test_a_saved_call_blocks_a_draft_that_breaks_it(editor: Hands, number: IncomingNumber) -> None:
    page = editor.page
    editor.press_button("テスト発信")
    editor.check(page.get_by_label(editor.say("固定電話")))
    editor.press_button("発信")
    wait_for_prompt(page)
    editor.dial("08012345678#")
    expect(page.locator("[data-sms-to]")).to_have_text("080-1234-5678")
    expect(page.locator("[data-sms-text]")).to_contain_text("https://qms.jp/XXXXXXXX")
    expect(page.locator(".heard--end")).to_be_visible()
    assert steps(page)[:5] == ["①", "②", "③", "08012345678", "④"]
    editor.write(page.locator("#trial-name"), "固定電話から080へ")
    editor.press_button("保存", page.locator("[data-save]"))
    expect(page.locator(".trial-row")).to_contain_text("固定電話から080へ")

    editor.press_button("フロー編集")
    editor.write(page.locator("#guidance_4"), CHANGED)
    editor.press_button("下書き保存")
    expect(page.locator(".notice--success")).to_be_visible()
    editor.press_button("公開")
    editor.press_button("公開", page.locator("dialog[open]"))
    why = page.locator(".notice--danger")
    expect(why).to_contain_text("固定電話から080へ")
    expect(why).to_contain_text("④")
    assert published(number) is None

    editor.press_button("テスト発信")
    differs = page.locator(".trial-row--differs")
    expect(differs).to_contain_text(CHANGED)
    editor.press(differs.locator("> [data-opens-dialog=accept-dialog]"))
    editor.press_button("正しいとする", page.locator("dialog[open]"))
    expect(page.locator(".trial-row")).to_have_count(1)
    expect(differs).to_have_count(0)
    editor.press_button("フロー編集")
    editor.press_button("公開")
    editor.press_button("公開", page.locator("dialog[open]"))
    expect(page.locator(".notice--success")).to_be_visible()
    assert published(number) == CHANGED
    with all_companies("test"):
        assert session.scalar(select(func.count(Call.id))) == 0
        assert session.scalar(select(func.count(Message.id))) == 0
