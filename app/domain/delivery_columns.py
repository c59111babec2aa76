"""The delivery log's CSV: its 30 columns in their order, and how a value is written into a cell.

Customers read this file with programs of their own: names, order and formats are a contract.
"""

import re
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.domain.japan_days import TOKYO


class DeliveryColumn(NamedTuple):
    """One column: our key for it and the header that the file shows."""

    key: str
    header: str


COLUMNS = (
    DeliveryColumn("job_id", "ジョブID"),
    DeliveryColumn("message_id", "メッセージID"),
    DeliveryColumn("kind", "種別"),
    DeliveryColumn("trigger", "送受信トリガー"),
    DeliveryColumn("sending_order", "送信順序"),
    DeliveryColumn("accepted_at", "送信予定時刻"),
    DeliveryColumn("sent_at", "送信時刻"),
    DeliveryColumn("recipient", "電話番号"),
    DeliveryColumn("carrier", "キャリア"),
    DeliveryColumn("channel", "チャンネル"),
    DeliveryColumn("campaign_id", "案件ID"),
    DeliveryColumn("campaign_name", "案件名"),
    DeliveryColumn("content_type", "コンテンツタイプ"),
    DeliveryColumn("text", "配信原稿"),
    DeliveryColumn("status", "ステータス"),
    DeliveryColumn("arrival", "到達"),
    DeliveryColumn("delivered_at", "到達時刻"),
    DeliveryColumn("units", "送信文字数"),
    DeliveryColumn("parts", "文字分割数"),
    DeliveryColumn("opened", "開封"),
    DeliveryColumn("opened_at", "開封時刻"),
    DeliveryColumn("capability", "ケーパビリティ結果"),
    DeliveryColumn("reply_message_id", "返信メッセージID"),
    DeliveryColumn("suggestion_id", "サジェスチョンID"),
    DeliveryColumn("suggestion_list_title", "サジェスチョンリストタイトル"),
    DeliveryColumn("source_message_id", "送信元メッセージID"),
    DeliveryColumn("reply_kind", "返信メッセージ種別"),
    DeliveryColumn("display_text", "表示テキスト"),
    DeliveryColumn("reply_text", "返信本文"),
    DeliveryColumn("incoming_number", "着信用電話番号"),
)

EMPTY_COLUMNS = frozenset(
    {
        "trigger",
        "sending_order",
        "content_type",
        "opened",
        "opened_at",
        "capability",
        "reply_message_id",
        "suggestion_id",
        "suggestion_list_title",
        "source_message_id",
        "reply_kind",
        "display_text",
        "reply_text",
    }
)
"""Keys of the columns that a sister service fills and that are always empty here."""

KIND = "送信"
CHANNEL = "SMS"

# Excel and its kin run a cell that begins so; tab, CR and LF are skipped by them before they look,
# and the full-width signs are taken for the plain ones by Japanese versions.
# Source: OWASP, "CSV Injection".
_FORMULA = re.compile(r"[ \u3000]*[=+\-@\t\r\n＝＋－＠]")
_PHONE_NUMBER = re.compile(r"\+[0-9]{5,15}")


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would run it as a formula.

    Phone numbers (+81…) stay as they are: as a formula they are only themselves.
    """
    if _FORMULA.match(text) and not _PHONE_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def csv_time(moment: datetime | None) -> str:
    """Japan time as the file has it: `2023/10/10 12:34:56`; empty for None."""
    return f"{_in_japan(moment):%Y/%m/%d %H:%M:%S}" if moment else ""


def screen_time(moment: datetime | None) -> str:
    """Japan time as the screen has it: `2025/2/21 14:48`; empty for None."""
    if moment is None:
        return ""
    local = _in_japan(moment)
    return f"{local.year}/{local.month}/{local.day} {local.hour}:{local.minute:02}"


def campaign_id(message_id: UUID) -> str:
    """案件ID: every message is a campaign of its own, so it is the message's id.

    Written with hyphens: 32 bare hex digits may read as a number with an exponent in Excel.
    """
    return str(message_id)


def job_id(message_id: UUID) -> str:
    """ジョブID names the phone number within its campaign and begins with the campaign's id."""
    return f"{campaign_id(message_id)}-1"


def campaign_name(message_id: UUID) -> str:
    """案件名: `IVRCampaign_<uuid>`."""
    return f"IVRCampaign_{message_id}"


def _in_japan(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without its zone cannot be shown in Japan time")
    return moment.astimezone(TOKYO)
