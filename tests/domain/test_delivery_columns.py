from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.domain import delivery_columns
from app.domain.delivery_cells import csv_time

MESSAGE_ID = UUID("01934d5e-0000-7000-8000-0123456789ab")
MOMENT = datetime(2023, 10, 10, 3, 34, 56, tzinfo=UTC)

HEADERS = (
    "ジョブID,メッセージID,種別,送受信トリガー,送信順序,送信予定時刻,送信時刻,電話番号,キャリア,チャンネル,"
    "案件ID,案件名,コンテンツタイプ,配信原稿,ステータス,到達,到達時刻,送信文字数,文字分割数,開封,開封時刻,"
    "ケーパビリティ結果,返信メッセージID,サジェスチョンID,サジェスチョンリストタイトル,送信元メッセージID,"
    "返信メッセージ種別,表示テキスト,返信本文,着信用電話番号"
)


def test_thirty_columns_in_their_order() -> None:
    assert ",".join(column.header for column in delivery_columns.COLUMNS) == HEADERS
    assert len(delivery_columns.COLUMNS) == 30


def test_keys_are_unique_and_thirteen_are_empty() -> None:
    keys = {column.key for column in delivery_columns.COLUMNS}
    assert len(keys) == 30
    assert keys > delivery_columns.EMPTY_COLUMNS
    assert len(delivery_columns.EMPTY_COLUMNS) == 13


@pytest.mark.parametrize(
    ("moment", "csv", "screen"),
    [
        (MOMENT, "2023/10/10 12:34:56", "2023/10/10 12:34"),
        (datetime(2025, 2, 21, 5, 48, tzinfo=UTC), "2025/02/21 14:48:00", "2025/2/21 14:48"),
        (datetime(2024, 12, 31, 15, 5, tzinfo=UTC), "2025/01/01 00:05:00", "2025/1/1 0:05"),
        (None, "", ""),
    ],
)
def test_times_are_japans(moment: datetime | None, csv: str, screen: str) -> None:
    assert csv_time(moment) == csv
    assert delivery_columns.screen_time(moment) == screen


def test_a_time_without_a_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="zone"):
        csv_time(MOMENT.replace(tzinfo=None))


def test_ids() -> None:
    campaign = "01934d5e-0000-7000-8000-0123456789ab"
    assert delivery_columns.campaign_name(MESSAGE_ID) == f"IVRCampaign_{campaign}"
