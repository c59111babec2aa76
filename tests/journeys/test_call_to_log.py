"""The whole way, as people go it: a flow written in the browser, a call, its SMS, the log, the CSV.

On the embedded database and broker (a Redis), and on PostgreSQL with RabbitMQ.
"""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from app.domain import demo_logins
from tests.support.plugin_product import Product

STACKS = {
    "embedded": {},
    "postgresql and rabbitmq": {
        "DATABASE_URL": "empty_postgresql",
        "CELERY_BROKER_URL": "rabbitmq_url",
    },
}
MOBILE, LANDLINE, KEYED = "09012345678", "0312345678", "08011112222"
PUBLISHED, DRAFT, UNREGISTERED = "05030000001", "05030000002", "05030000003"
SMS_WITHIN_S, LOG_WITHIN_S, PATIENCE_S = 5, 10, 60


@pytest.fixture(params=STACKS)
def product(request: pytest.FixtureRequest, running_product: Callable[..., Product]) -> Product:
    settings = {
        name: request.getfixturevalue(source) for name, source in STACKS[request.param].items()
    }
    return running_product(**settings)


def call(product: Product, *arguments: str) -> dict[str, Any]:
    """The call as `simulator call --json` tells it; fails unless it went as a real one would."""
    done = product.place_call("--json", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def hashes_played(told: dict[str, Any]) -> list[str]:
    return [step["hash"] for step in told["steps"] if step["kind"] == "play"]


def steps_of_call(product: Product, caller: str, called: str) -> Iterator[str]:
    """The hash of each sound as the caller hears it, of a call that goes on while it is read."""
    calls = product.url("simulator", "/simulator/calls")
    dialled = requests.post(
        calls, json={"from": caller, "to": called, "live": True, "speed": 8}, timeout=PATIENCE_S
    )
    events = f"{calls}/{dialled.json()['call_uuid']}/events"
    with requests.get(events, stream=True, timeout=PATIENCE_S) as steps:
        for line in steps.iter_lines():
            step = json.loads(line.removeprefix(b"data: ")) if line.startswith(b"data: ") else {}
            if step.get("kind") == "play":
                yield step["hash"]


def sms_delay_s(told: dict[str, Any]) -> float:
    """Real seconds from dialling to the SMS on the handset."""
    dialled = datetime.fromisoformat(told["steps"][0]["started_at"]).timestamp()
    received = datetime.fromisoformat(told["sms"][0]["received_at"]).timestamp()
    return received - dialled


def sign_in(page: Page, product: Product, address: str = "company-admin@demo.example") -> None:
    page.goto(product.url("portal"))
    page.get_by_label("メールアドレス").fill(address)
    page.locator("input[type=password]").fill(demo_logins.PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    expect(page.get_by_role("heading", name="着信用電話番号")).to_be_visible()


def choose(page: Page, number: str, entry: str) -> None:
    """An entry of the ⋮ menu of a number in the list."""
    page.get_by_role("link", name="着信用電話番号").first.click()
    row = page.get_by_role("row").filter(has_text=number)
    row.get_by_role("button", name="メニュー").click()
    page.get_by_role("link", name=entry).or_(page.get_by_role("button", name=entry)).locator(
        "visible=true"
    ).click()


def save_draft(page: Page) -> None:
    page.get_by_role("button", name="下書き保存").click()
    expect(page.get_by_text("下書きを保存しました")).to_be_visible()


def publish(page: Page) -> None:
    page.get_by_role("button", name="公開", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="公開", exact=True).click()
    expect(page.get_by_text("公開しました")).to_be_visible()


def write_and_publish_a_flow(page: Page) -> None:
    choose(page, "050-3000-0003", "フロー登録")
    page.get_by_role("dialog").get_by_role("button", name="次へ").click()
    expect(page.get_by_role("heading", name="フロー編集")).to_be_visible()
    page.get_by_label("① ").fill("お電話ありがとうございます。喫茶とどくでございます。")
    page.get_by_label("送信元表示番号").select_option(label="03-1234-5678")
    page.get_by_role("textbox", name="配信原稿").fill(
        "喫茶とどくのメニューです☕ https://todoku.example/menu?from=poster "
    )
    page.get_by_role("button", name="短縮URL").click()
    page.get_by_role("dialog").get_by_label("https://todoku.example/menu?from=poster").check()
    page.get_by_role("dialog").get_by_role("button", name="設定").click()
    expect(page.get_by_role("button", name="公開", exact=True)).to_be_disabled()
    save_draft(page)
    publish(page)
    choose(page, "050-3000-0003", "公開済みフロー")
    expect(page.get_by_text("喫茶とどくでございます。").first).to_be_visible()


def newest_in_log(page: Page, product: Product, recipient: str) -> Any:
    """The newest row of 配信ログ for this recipient."""
    page.goto(product.url("portal", "/deliveries/"))
    page.get_by_label("配信先電話番号").fill(recipient)
    page.get_by_role("button", name="検索", exact=True).click()
    return page.get_by_role("row").filter(has_text=f"+81{recipient[1:]}").first


def expect_delivered(page: Page, product: Product, recipient: str) -> None:
    deadline = time.monotonic() + LOG_WITHIN_S
    row = newest_in_log(page, product, recipient)
    while "到達済" not in row.inner_text():
        assert time.monotonic() < deadline, row.inner_text()
        page.reload()
    expect(row).to_contain_text("+815030000003")


def downloaded_rows(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as downloading:
        page.get_by_role("link", name="検索結果をダウンロード").or_(
            page.get_by_role("button", name="検索結果をダウンロード")
        ).click()
    path = downloading.value.path()
    assert re.search(r"本店.*\.csv$", downloading.value.suggested_filename)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_from_the_flow_to_the_csv(product: Product, page: Page) -> None:
    sign_in(page, product)
    write_and_publish_a_flow(page)

    told = call(product, "--from", MOBILE, "--to", UNREGISTERED)
    assert len(hashes_played(told)) == 1
    assert len(told["sms"]) == 1
    assert re.fullmatch(
        r"喫茶とどくのメニューです☕ +https://qms\.jp/[A-Za-z0-9]{8} +", told["sms"][0]["text"]
    )
    assert sms_delay_s(told) < SMS_WITHIN_S
    expect_delivered(page, product, MOBILE)
    row = downloaded_rows(page)[0]
    assert len(row) == 30
    assert row["電話番号"] == f"+81{MOBILE[1:]}"
    assert row["ステータス"] == "到達済"
    assert row["着信用電話番号"] == "+815030000003"
    assert row["ジョブID"].startswith(row["案件ID"])
    assert row["配信原稿"].startswith("喫茶とどくのメニューです☕")

    told = call(product, "--from", LANDLINE, "--to", UNREGISTERED, "--digits", f"{KEYED}#")
    assert len(hashes_played(told)) == 4
    assert [sms["recipient"] for sms in told["sms"]] == [f"81{KEYED[1:]}"]
    expect_delivered(page, product, KEYED)

    told = call(product, "--from", "anonymous", "--to", UNREGISTERED)
    played = hashes_played(told)
    assert len(played) == 6  # ①②③ ⑤ ⑤ ⑥
    assert played[3] == played[4]
    assert told["sms"] == []

    told = call(product, "--from", MOBILE, "--to", DRAFT)
    assert [step["kind"] for step in told["steps"] if step["kind"] in ("play", "speak")] == [
        "speak"
    ]
    assert told["sms"] == []

    a_change_reaches_the_next_call_and_not_the_one_in_progress(product, page)


def a_change_reaches_the_next_call_and_not_the_one_in_progress(
    product: Product, page: Page
) -> None:
    before = hashes_played(call(product, "--from", "anonymous", "--to", UNREGISTERED))
    choose(page, "050-3000-0003", "フロー編集")
    page.get_by_label("⑤ ").fill("もう一度、ゆっくりと、番号を押してください。")
    save_draft(page)
    in_progress = steps_of_call(product, "anonymous", UNREGISTERED)
    heard = [next(in_progress)]  # ①: the call is answered, ⑤ is still to come
    publish(page)
    assert [*heard, *in_progress] == before
    after = hashes_played(call(product, "--from", "anonymous", "--to", UNREGISTERED))
    assert after != before
    assert after[:3] == before[:3]
