import itertools

import pytest

from app.domain.carriers import Carrier
from app.domain.sms_status import (
    FINAL_STATUSES,
    OPEN_STATUSES,
    Arrival,
    MessageStatus,
    arrival,
    may_move,
    status_of_report,
)

S = MessageStatus
ORDER = [S.WAITING, S.SENDING, S.SENT, S.AWAITING_RESULT]
BACK = {(S.SENDING, S.WAITING), (S.RETRYABLE, S.WAITING)}


def test_open_and_final_share_nothing_and_leave_nothing_out() -> None:
    assert set(ORDER) == OPEN_STATUSES
    assert set(S) == OPEN_STATUSES | FINAL_STATUSES
    assert not OPEN_STATUSES & FINAL_STATUSES


@pytest.mark.parametrize(("current", "new"), list(itertools.product(S, S)))
def test_every_move(current: MessageStatus, new: MessageStatus) -> None:
    forward = current in ORDER and (
        new in FINAL_STATUSES or ORDER.index(new) > ORDER.index(current)
    )
    assert may_move(current, new) is (forward or (current, new) in BACK)


@pytest.mark.parametrize("status", S)
def test_arrival(status: MessageStatus) -> None:
    if status in OPEN_STATUSES:
        assert arrival(status) is None
    else:
        arrived = status is S.DELIVERED
        assert arrival(status) is (Arrival.ARRIVED if arrived else Arrival.NOT_ARRIVED)


@pytest.mark.parametrize(
    ("word", "code", "status"),
    [
        ("queued", None, S.SENT),
        ("sent", None, S.AWAITING_RESULT),
        ("delivered", None, S.DELIVERED),
        ("Delivered ", None, S.DELIVERED),
        ("delivered", "80", S.DELIVERED),
        ("failed", None, S.INTERNAL_ERROR),
        ("undelivered", None, S.CARRIER_ERROR),
        ("rejected", None, S.CARRIER_ERROR),
        ("undelivered", "10", S.INTERNAL_ERROR),
        ("undelivered", "20", S.CARRIER_ERROR),
        ("undelivered", "30", S.CARRIER_ERROR),
        ("rejected", "40", S.INTERNAL_ERROR),
        ("undelivered", "50", S.FAILED),
        ("undelivered", "60", S.CARRIER_ERROR),
        ("undelivered", "70", S.FAILED),
        ("undelivered", "80", S.FAILED),
        ("failed", "90", S.CARRIER_ERROR),
        ("undelivered", "100", S.CARRIER_ERROR),
        ("failed", "110", S.INTERNAL_ERROR),
        ("failed", "200", S.FAILED),
        ("failed", "420", S.INTERNAL_ERROR),
        ("failed", "450", S.INTERNAL_ERROR),
        ("failed", "451", S.INTERNAL_ERROR),
        ("failed", "900", S.INTERNAL_ERROR),
        ("undelivered", "1000", S.CARRIER_ERROR),
        ("failed", "12345", S.INTERNAL_ERROR),
    ],
)
@pytest.mark.parametrize("carrier", [None, Carrier.AU, Carrier.SOFTBANK, Carrier.RAKUTEN])
def test_status_of_report(
    word: str, code: str | None, status: MessageStatus, carrier: Carrier | None
) -> None:
    assert status_of_report(word, code, carrier) is status


@pytest.mark.parametrize(
    ("word", "code", "status"),
    [
        ("undelivered", "20", S.RETRYABLE),
        ("undelivered", "80", S.RETRYABLE),
        ("failed", "80", S.RETRYABLE),
        ("undelivered", "70", S.FAILED),
        ("undelivered", None, S.CARRIER_ERROR),
        ("delivered", "80", S.DELIVERED),
    ],
)
def test_docomo_failures_worth_another_try(
    word: str, code: str | None, status: MessageStatus
) -> None:
    assert status_of_report(word, code, Carrier.DOCOMO) is status


@pytest.mark.parametrize("word", ["", "read", "accepted", "配信", "undeliverable"])
def test_unknown_words_say_nothing(word: str) -> None:
    assert status_of_report(word, "80", Carrier.DOCOMO) is None
