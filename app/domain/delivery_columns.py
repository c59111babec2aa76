"""The delivery log's file: its 30 columns in their order, and what each cell says.

Customers read this file with programs of their own: names, order and formats are a contract.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.domain.carriers import Carrier
from app.domain.delivery_cells import (
    Cell,
    FirstKnown,
    Fixed,
    FreeText,
    JapanTime,
    Plain,
    Worded,
    in_japan,
    text_of,
)
from app.domain.delivery_words import ARRIVAL, CARRIER, STATUS, shown_carrier
from app.domain.sms_status import MessageStatus, arrival

EMPTY = Fixed()
"""Filled by a sister service, and always empty here."""

CAMPAIGN_NAME = "IVRCampaign_"


class DeliveryColumn(NamedTuple):
    """One column: our key for it, the header that the file shows, and what a cell says."""

    key: str
    header: str
    cell: Cell


_STATUS = Worded(("status",), {(status,): word for status, word in STATUS.items()})
_ARRIVAL = Worded(
    ("status",),
    {(status,): ARRIVAL[arrival(status)] for status in MessageStatus if arrival(status)},
)
_CARRIER = Worded(
    ("status", "carrier"),
    {
        (status, carrier): CARRIER[carrier]
        for status in MessageStatus
        for carrier in Carrier
        if shown_carrier(status, carrier) is carrier
    },
    otherwise=CARRIER[None],
)

COLUMNS = (
    # Every message is a campaign of its own: its id is 案件ID, and ジョブID begins with it.
    # Hyphens in it, as Excel may read 32 bare hex digits as a number with an exponent.
    DeliveryColumn("job_id", "ジョブID", Plain("id", after="-1")),
    DeliveryColumn("message_id", "メッセージID", Plain("id")),
    DeliveryColumn("kind", "種別", Fixed("送信")),
    DeliveryColumn("trigger", "送受信トリガー", EMPTY),
    DeliveryColumn("sending_order", "送信順序", EMPTY),
    DeliveryColumn("accepted_at", "送信予定時刻", JapanTime("accepted_at")),
    DeliveryColumn("sent_at", "送信時刻", JapanTime("sent_at")),
    DeliveryColumn("recipient", "電話番号", Plain("recipient")),
    DeliveryColumn("carrier", "キャリア", _CARRIER),
    DeliveryColumn("channel", "チャンネル", Fixed("SMS")),
    DeliveryColumn("campaign_id", "案件ID", Plain("id")),
    DeliveryColumn("campaign_name", "案件名", Plain("id", before=CAMPAIGN_NAME)),
    DeliveryColumn("content_type", "コンテンツタイプ", EMPTY),
    DeliveryColumn("text", "配信原稿", FreeText("body")),
    DeliveryColumn("status", "ステータス", _STATUS),
    DeliveryColumn("arrival", "到達", _ARRIVAL),
    DeliveryColumn("delivered_at", "到達時刻", JapanTime("delivered_at")),
    DeliveryColumn("units", "送信文字数", Plain("units")),
    DeliveryColumn("parts", "文字分割数", FirstKnown(("billed_units", "parts"))),
    DeliveryColumn("opened", "開封", EMPTY),
    DeliveryColumn("opened_at", "開封時刻", EMPTY),
    DeliveryColumn("capability", "ケーパビリティ結果", EMPTY),
    DeliveryColumn("reply_message_id", "返信メッセージID", EMPTY),
    DeliveryColumn("suggestion_id", "サジェスチョンID", EMPTY),
    DeliveryColumn("suggestion_list_title", "サジェスチョンリストタイトル", EMPTY),
    DeliveryColumn("source_message_id", "送信元メッセージID", EMPTY),
    DeliveryColumn("reply_kind", "返信メッセージ種別", EMPTY),
    DeliveryColumn("display_text", "表示テキスト", EMPTY),
    DeliveryColumn("reply_text", "返信本文", EMPTY),
    DeliveryColumn("incoming_number", "着信用電話番号", Plain("incoming_number")),
)

EMPTY_COLUMNS = frozenset(column.key for column in COLUMNS if column.cell == EMPTY)


def values_of(row: Any) -> dict[str, str]:
    """The cells that are not always empty, by the key of their column."""
    return {
        column.key: text_of(column.cell, row)
        for column in COLUMNS
        if column.key not in EMPTY_COLUMNS
    }


def screen_time(moment: datetime | None) -> str:
    """Japan time as the screen has it: `2025/2/21 14:48`; empty for None."""
    if moment is None:
        return ""
    local = in_japan(moment)
    return f"{local.year}/{local.month}/{local.day} {local.hour}:{local.minute:02}"


def campaign_name(message_id: UUID) -> str:
    """案件名: `IVRCampaign_<uuid>`."""
    return f"{CAMPAIGN_NAME}{message_id}"
