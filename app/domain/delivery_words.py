"""What the delivery log's file says for a status, an arrival and a carrier.

Always Japanese, whatever language the portal is read in: customers' programs compare these words.
"""

from collections.abc import Mapping
from types import MappingProxyType

from app.domain.carriers import Carrier
from app.domain.sms_status import Arrival, MessageStatus

STATUS: Mapping[MessageStatus, str] = MappingProxyType(
    {
        MessageStatus.WAITING: "配信準備中",
        MessageStatus.SENDING: "配信準備中",
        MessageStatus.SENT: "送信済",
        MessageStatus.AWAITING_RESULT: "配信結果待機中",
        MessageStatus.DELIVERED: "到達済",
        MessageStatus.FAILED: "失敗",
        MessageStatus.INTERNAL_ERROR: "内部エラー",
        MessageStatus.CARRIER_ERROR: "キャリア側エラー",
        MessageStatus.PARTLY_FAILED: "一部失敗",
        MessageStatus.UNKNOWN: "不定",
        MessageStatus.RETRYABLE: "リトライ",
    }
)

ARRIVAL: Mapping[Arrival | None, str] = MappingProxyType(
    {Arrival.ARRIVED: "到達", Arrival.NOT_ARRIVED: "不達", None: ""}
)

CARRIER: Mapping[Carrier | None, str] = MappingProxyType(
    {
        Carrier.AU: "au",
        Carrier.DOCOMO: "docomo",
        Carrier.SOFTBANK: "SoftBank",
        Carrier.RAKUTEN: "楽天モバイル",
        None: "不明",
    }
)


def shown_carrier(status: MessageStatus, carrier: Carrier | None) -> Carrier | None:
    """The carrier as the log tells it: only of what was delivered, else None (不明)."""
    return carrier if status is MessageStatus.DELIVERED else None
