"""「検索結果をダウンロード」: the delivery log as CSV and as an Excel file."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from urllib.parse import unquote

import openpyxl
import pytest
import time_machine
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from app.domain.delivery_columns import COLUMNS
from app.domain.refusals import Refusal
from app.domain.roles import Role
from app.models.account import Account
from app.models.company import Company
from app.models.database import session
from app.models.delivery_log import Search
from app.models.incoming_number import IncomingNumber
from app.portal import download_slots
from app.portal.views import delivery_download
from app.providers import xlsx_file
from tests.portal.conftest import Visitor, words
from tests.portal.screens import sign_in
from tests.support import factories

NewVisitor = Callable[[], Visitor]
NOW = datetime(2025, 2, 21, 5, 48, tzinfo=UTC)  # 14:48 in Japan
WEEK = "since=2025-02-15&until=2025-02-21"
CSV = f"/deliveries/download.csv?{WEEK}"
SHIFT_JIS = f"{CSV}&encoding=shift_jis"
WRITE_DOWN = """() => {
  const status = document.querySelector("[data-download]");
  window.told = [];
  new MutationObserver(() => told.push(status.textContent)).observe(status, { childList: true });
}"""
XLSX = f"/deliveries/download.xlsx?{WEEK}"


@pytest.fixture
def clock_stands() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def someone(clock_stands: None, visitor: NewVisitor, account: Account) -> Visitor:
    return visitor().sign_in(factories.member_of(account, Role.SENIOR_ADMIN))


def _message(number: IncomingNumber, **columns: object) -> str:
    return str(factories.message(factories.call(number), **columns).id)  # type: ignore[arg-type]


def _rows(answer: TestResponse) -> list[list[str]]:
    with answer:
        if "xlsx" in answer.request.path:
            sheet = openpyxl.load_workbook(io.BytesIO(answer.get_data())).active
            return [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
        encoding = "cp932" if "Shift_JIS" in answer.content_type else "utf-8-sig"
        text = answer.get_data().decode(encoding)
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_same_cells_in_each_kind_of_file(someone: Visitor, number: IncomingNumber) -> None:
    _message(number, text="=1+1「案内」, https://example.jp/a\n二行目")
    _message(number, text="+819012345678")
    rows = _rows(someone.get(CSV))
    assert rows[0] == [column.header for column in COLUMNS]
    assert {row[13] for row in rows[1:]} == {
        "'=1+1「案内」, https://example.jp/a\n二行目",
        "+819012345678",
    }
    assert _rows(someone.get(SHIFT_JIS)) == rows
    assert _rows(someone.get(XLSX)) == rows


def test_shift_jis_shows_what_it_lacks(someone: Visitor, number: IncomingNumber) -> None:
    _message(number, text="😀案内〜")
    answer = someone.get(SHIFT_JIS)
    assert answer.content_type == "text/csv; charset=Shift_JIS"
    assert _rows(answer)[1][13] == "〓案内～"


def test_an_unknown_encoding_is_utf_8(someone: Visitor, number: IncomingNumber) -> None:
    with someone.get(f"{CSV}&encoding=utf-7") as answer:
        assert answer.get_data().startswith(b"\xef\xbb\xbf")


def test_the_excel_file_and_its_name(someone: Visitor, number: IncomingNumber) -> None:
    _message(number)
    with someone.get(XLSX) as answer:
        assert answer.content_type == delivery_download.XLSX
        assert answer.content_length == len(answer.get_data())
        name = unquote(answer.headers["Content-Disposition"].partition("filename*=UTF-8''")[2])
    assert name == "配信ログ_本店_20250215_20250221.xlsx"


def test_in_excel_every_cell_is_text(someone: Visitor, number: IncomingNumber) -> None:
    _message(number)
    with someone.get(XLSX) as answer:
        sheet = openpyxl.load_workbook(io.BytesIO(answer.get_data())).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert len(cells) > 10
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}


@pytest.mark.parametrize("path", [CSV, SHIFT_JIS, XLSX])
def test_only_the_account_s_own_rows(
    someone: Visitor, number: IncomingNumber, account: Account, path: str
) -> None:
    own = _message(number)
    with session.session_factory() as reading:
        company = reading.get_one(Company, account.company_id)
    for stranger in (factories.account(), factories.account(of=company)):
        _message(factories.incoming_number(stranger))
    forged = f"{path}&account_id={stranger.id}&account={stranger.id}"
    assert [row[1] for row in _rows(someone.get(forged))[1:]] == [own]


def test_the_companys_admin_sees_who_took_numbers_out(
    someone: Visitor, visitor: NewVisitor, account: Account
) -> None:
    admin = visitor().sign_in(factories.member_of(account, Role.COMPANY_ADMIN))
    for path in (f"{CSV}&recipient=09012345678&status=failed", XLSX, f"{CSV}&carrier=nonsense"):
        someone.get(path).close()
    trail = "/audit-trail/?since=2025-02-21&until=2025-02-21"
    page = admin.text(f"{trail}&action=deliveries.download")
    assert page.count("Downloaded the delivery log") == 1 + 2  # one in the list to choose from
    assert "配信ログ_本店_20250215_20250221.xlsx" in page
    assert "配信ログ_本店_20250215_20250221.csv" in page
    assert "Recipient of the SMS 09012345678" in page
    assert "Status Failed" in page


@pytest.mark.parametrize("path", ["/deliveries/download.csv", "/deliveries/download.xlsx"])
def test_a_search_that_makes_no_sense_goes_back_to_the_form(someone: Visitor, path: str) -> None:
    wrong = "since=2025-02-21&until=2025-02-20"
    answer = someone.get(f"{path}?{wrong}&encoding=shift_jis&download=1", follow=True)
    assert (answer.request.path, answer.request.query_string) == ("/deliveries/", wrong.encode())
    assert "The last day is before the first day." in words(answer)


def test_one_account_does_not_take_every_slot(
    someone: Visitor, visitor: NewVisitor, number: IncomingNumber
) -> None:
    with ExitStack() as running:
        for _ in range(download_slots.PER_ACCOUNT):
            running.enter_context(someone.client.get(CSV))
        refused = someone.get(CSV, follow=True)
        assert refused.request.path == "/deliveries/"
        assert "3 downloads of this account are running already." in words(refused)
        other = visitor().sign_in(factories.member_of(factories.account()))
        with other.client.get(CSV) as answer:
            assert answer.status_code == 200
    with someone.client.get(CSV) as answer:
        assert answer.status_code == 200


def test_downloads_leave_threads_to_the_other_screens(
    monkeypatch: pytest.MonkeyPatch, someone: Visitor, number: IncomingNumber
) -> None:
    monkeypatch.setattr(download_slots, "PER_PROCESS", 1)
    with someone.client.get(CSV):
        assert "Many downloads are running just now." in words(someone.get(CSV, follow=True))


@pytest.mark.parametrize("code", ["xlsx_disk_full", "xlsx_failed"])
def test_an_excel_file_that_cannot_be_made_gives_its_slot_back(
    monkeypatch: pytest.MonkeyPatch, someone: Visitor, number: IncomingNumber, code: str
) -> None:
    def refuse(_account_id: int, _search: object) -> None:
        raise Refusal(code)

    monkeypatch.setattr(delivery_download, "xlsx", refuse)
    for _ in range(download_slots.PER_ACCOUNT + 1):
        page = words(someone.get(XLSX, follow=True))
        assert "The Excel file" in page
        assert "the CSV file" in page


def test_an_excel_file_takes_no_connection_of_the_pool(
    monkeypatch: pytest.MonkeyPatch, someone: Visitor, number: IncomingNumber, db: Engine
) -> None:
    taken = []
    real = xlsx_file.converted

    def converted(chunks: Iterable[bytes], rows: int) -> object:
        taken.append(db.pool.checkedout())  # type: ignore[attr-defined]
        return real(chunks, rows)

    monkeypatch.setattr(xlsx_file, "converted", converted)
    session.remove()
    assert len(_rows(someone.get(XLSX))) == 1
    assert taken == [0]


def test_the_answer_tells_the_page_that_asked(someone: Visitor, number: IncomingNumber) -> None:
    with someone.get(f"{CSV}&download=0123456789abcdef") as answer:
        (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("download=")]
        assert cookie.startswith("download=0123456789abcdef;")
        assert "SameSite=Strict" in cookie
    for junk in ("", "x", "a" * 33, "a;b", "%0d%0aX: y"):
        with someone.get(f"{CSV}&download={junk}") as answer:
            cookies = answer.headers.getlist("Set-Cookie")
            assert not [cookie for cookie in cookies if cookie.startswith("download=")]


@pytest.mark.slow
def test_the_page_tells_how_the_download_goes(
    monkeypatch: pytest.MonkeyPatch, page: Page, address: str, number: IncomingNumber
) -> None:
    asked, may_go_on = threading.Event(), threading.Event()
    real = delivery_download.xlsx

    def slowly(account_id: int, search: Search) -> object:
        asked.set()
        assert may_go_on.wait(60)
        return real(account_id, search)

    monkeypatch.setattr(delivery_download, "xlsx", slowly)
    user = factories.member_of(session.get_one(Account, number.account_id), Role.SENIOR_ADMIN)
    sign_in(page, address, "en", user.mail_address)
    page.goto(f"{address}/deliveries/")
    status = page.locator("[data-download]")
    expect(status).to_be_empty()
    page.evaluate(WRITE_DOWN)
    page.get_by_role("button", name="Other formats").click()
    with page.expect_download() as downloading:
        # A click of Playwright's would wait for the answer.
        page.get_by_role("button", name="Excel (.xlsx)").evaluate(
            "it => setTimeout(() => it.click())"
        )
        assert asked.wait(60)
        may_go_on.set()
    expect(status).to_contain_text("The download has begun.")
    first, second = page.evaluate("told")
    assert first.startswith("The file is being made.")
    assert second.startswith("The download has begun.")
    expect(page.locator("#file-formats")).to_be_hidden()
    assert downloading.value.suggested_filename.endswith(".xlsx")
    assert "download=" not in page.url
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the result").click()
    assert downloading.value.suggested_filename.endswith(".csv")


@pytest.mark.slow
def test_it_works_without_script(browser: object, address: str, number: IncomingNumber) -> None:
    page = browser.new_page(java_script_enabled=False)  # type: ignore[attr-defined]
    user = factories.member_of(session.get_one(Account, number.account_id), Role.SENIOR_ADMIN)
    sign_in(page, address, "en", user.mail_address)
    page.goto(f"{address}/deliveries/")
    for button, extension in (("CSV (Shift_JIS)", ".csv"), ("Excel (.xlsx)", ".xlsx")):
        page.get_by_role("button", name="Other formats").click()
        with page.expect_download() as downloading:
            page.get_by_role("button", name=button).click()
        assert downloading.value.suggested_filename.endswith(extension)
        page.keyboard.press("Escape")
    page.close()
