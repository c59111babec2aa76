"""The file of the delivery log, byte by byte."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.carriers import Carrier
from app.domain.sms_status import MessageStatus
from app.models import delivery_export, log_pages
from app.models.database import session, transaction
from app.models.delivery_log import Search
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.tenant_scope import all_companies
from app.services.delivery_export import csv_chunks
from tests.support import factories

MOMENT = datetime(2023, 10, 10, 3, 34, 56, tzinfo=UTC)
ALL = Search(MOMENT - timedelta(days=1), MOMENT + timedelta(days=1))
HEADER = (
    "ジョブID,メッセージID,種別,送受信トリガー,送信順序,送信予定時刻,送信時刻,電話番号,キャリア,"
    "チャンネル,案件ID,案件名,コンテンツタイプ,配信原稿,ステータス,到達,到達時刻,送信文字数,"
    "文字分割数,開封,開封時刻,ケーパビリティ結果,返信メッセージID,サジェスチョンID,"
    "サジェスチョンリストタイトル,送信元メッセージID,返信メッセージ種別,表示テキスト,返信本文,"
    "着信用電話番号\r\n"
)


@pytest.fixture
def number(db: object) -> IncomingNumber:
    return factories.incoming_number(factories.account(), "+815030000001")


def _message(number: IncomingNumber, **columns: Any) -> uuid.UUID:
    message = factories.message(factories.call(number), accepted_at=MOMENT)
    with all_companies("test"), transaction():
        row = session.get_one(Message, message.id)
        for name, value in columns.items():
            setattr(row, name, value)
    return message.id


def _file(number: IncomingNumber) -> bytes:
    return b"".join(csv_chunks(number.account_id, ALL))


def _row(number: IncomingNumber) -> dict[str, str]:
    (row,) = csv.DictReader(io.StringIO(_file(number).decode("utf-8-sig"), newline=""))
    return row


def test_the_bytes_of_the_file(number: IncomingNumber) -> None:
    key = _message(
        number,
        body="ありがとうございます。\n「案内」, https://example.jp/a",
        text="短い",
        units=46,
        parts=1,
        billed_units=2,
        status=MessageStatus.DELIVERED,
        carrier=Carrier.RAKUTEN,
        sent_at=MOMENT + timedelta(seconds=2),
        delivered_at=MOMENT + timedelta(seconds=9),
    )
    row = (
        f"{key}-1,{key},送信,,,2023/10/10 12:34:56,2023/10/10 12:34:58,+819012345678,楽天モバイル,"
        f'SMS,{key},IVRCampaign_{key},,"ありがとうございます。\n「案内」, https://example.jp/a",'
        "到達済,到達,2023/10/10 12:35:05,46,2,,,,,,,,,,,+815030000001\r\n"
    )
    assert _file(number) == b"\xef\xbb\xbf" + (HEADER + row).encode()


def test_a_file_without_rows_has_its_header(number: IncomingNumber) -> None:
    assert _file(number) == b"\xef\xbb\xbf" + HEADER.encode()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1＋1"])
def test_a_text_never_runs_as_a_formula(number: IncomingNumber, text: str) -> None:
    _message(number, body=text)
    assert _row(number)["配信原稿"] == f"'{text}"


def test_an_open_message_has_no_arrival(number: IncomingNumber) -> None:
    _message(number, carrier=Carrier.AU)
    row = _row(number)
    assert row["ステータス"] == "配信準備中"
    assert (row["到達"], row["到達時刻"], row["送信時刻"], row["キャリア"]) == ("", "", "", "不明")


@pytest.mark.parametrize(
    ("status", "word", "arrival"),
    [
        (MessageStatus.SENDING, "配信準備中", ""),
        (MessageStatus.SENT, "送信済", ""),
        (MessageStatus.AWAITING_RESULT, "配信結果待機中", ""),
        (MessageStatus.DELIVERED, "到達済", "到達"),
        (MessageStatus.FAILED, "失敗", "不達"),
        (MessageStatus.INTERNAL_ERROR, "内部エラー", "不達"),
        (MessageStatus.CARRIER_ERROR, "キャリア側エラー", "不達"),
        (MessageStatus.PARTLY_FAILED, "一部失敗", "不達"),
        (MessageStatus.UNKNOWN, "不定", "不達"),
        (MessageStatus.RETRYABLE, "リトライ", "不達"),
    ],
)
def test_words_of_the_statuses(
    number: IncomingNumber, status: MessageStatus, word: str, arrival: str
) -> None:
    _message(number, status=status, carrier=Carrier.DOCOMO)
    row = _row(number)
    assert (row["ステータス"], row["到達"]) == (word, arrival)
    assert row["キャリア"] == ("docomo" if status is MessageStatus.DELIVERED else "不明")


def test_memory_stays_constant(monkeypatch: pytest.MonkeyPatch, number: IncomingNumber) -> None:
    monkeypatch.setattr(log_pages, "EXPORT_BATCH_ROWS", 2)
    monkeypatch.setattr(delivery_export, "COPIED_ROWS", 2)
    for _ in range(5):
        _message(number)
    chunks = list(csv_chunks(number.account_id, ALL))
    assert [chunk.count(b"\r\n") for chunk in chunks] == [1, 2, 2, 1]
