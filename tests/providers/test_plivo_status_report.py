from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.carriers import Carrier
from app.domain.sms_status import MessageStatus
from app.providers.plivo.status_report import StatusReport, parse, parse_time

NOTHING = StatusReport(None, None, None, None, None, None, None, None)

# A callback as Plivo documents it.
DELIVERED = {
    "MessageUUID": "5b40a428-bfc7-4daf-9d06-726c558bf3b8",
    "To": "819012345678",
    "From": "81312345678",
    "Type": "sms",
    "Status": "delivered",
    "Units": "2",
    "TotalRate": "0.08",
    "TotalAmount": "0.16",
    "MCC": "440",
    "MNC": "10",
    "ErrorCode": "000",
    "ParentMessageUUID": "5b40a428-bfc7-4daf-9d06-726c558bf3b8",
    "PartInfo": "1 of 1",
    "Sequence": "3",
    "MessageTime": "2024-01-01 12:00:00.000000+00:00",
    "QueuedTime": "2024-01-01 12:00:00.100000+00:00",
    "SentTime": "2024-01-01 12:00:01.250000+00:00",
    "DeliveryReportTime": "2024-01-01 12:00:04.500000+00:00",
}
# The same message as the REST API shows it.
RESOURCE = {
    "api_id": "2b5f12f4-a8c2-11ee-9f53-0242ac110004",
    "error_code": "000",
    "from_number": "81312345678",
    "message_direction": "outbound",
    "message_state": "delivered",
    "message_time": "2024-01-01 12:00:00+00:00",
    "message_type": "sms",
    "message_uuid": "5b40a428-bfc7-4daf-9d06-726c558bf3b8",
    "to_number": "819012345678",
    "total_amount": "0.16",
    "total_rate": "0.08",
    "units": 2,
    "powerpack_id": None,
}


def test_a_callback() -> None:
    assert parse(DELIVERED) == StatusReport(
        provider_id="5b40a428-bfc7-4daf-9d06-726c558bf3b8",
        status=MessageStatus.DELIVERED,
        carrier=Carrier.DOCOMO,
        units=2,
        error_code=None,
        sequence=3,
        sent_at=datetime(2024, 1, 1, 12, 0, 1, 250000, UTC),
        delivered_at=datetime(2024, 1, 1, 12, 0, 4, 500000, UTC),
    )


def test_a_resource() -> None:
    assert parse(RESOURCE) == replace(
        NOTHING,
        provider_id="5b40a428-bfc7-4daf-9d06-726c558bf3b8",
        status=MessageStatus.DELIVERED,
        units=2,
    )


@pytest.mark.parametrize(
    ("changes", "status", "error_code"),
    [
        ({"Status": "queued"}, MessageStatus.SENT, None),
        ({"Status": "sent"}, MessageStatus.AWAITING_RESULT, None),
        ({"Status": "undelivered", "ErrorCode": "80"}, MessageStatus.RETRYABLE, "80"),
        ({"Status": "undelivered", "ErrorCode": "080"}, MessageStatus.RETRYABLE, "80"),
        ({"Status": "undelivered", "ErrorCode": "80", "MNC": "20"}, MessageStatus.FAILED, "80"),
        ({"Status": "undelivered", "ErrorCode": "80", "MCC": ""}, MessageStatus.FAILED, "80"),
        ({"Status": "undelivered", "ErrorCode": "x"}, MessageStatus.CARRIER_ERROR, None),
        ({"Status": "failed", "ErrorCode": "900"}, MessageStatus.INTERNAL_ERROR, "900"),
        ({"Status": "read"}, None, None),
        ({"Status": ""}, None, None),
    ],
)
def test_status(
    changes: dict[str, str], status: MessageStatus | None, error_code: str | None
) -> None:
    report = parse({**DELIVERED, **changes})
    assert (report.status, report.error_code) == (status, error_code)
    assert report.delivered_at is None


@pytest.mark.parametrize("junk", ["", "  ", "None", "null", "-1", "1.5", "二", "1" * 30, None])
def test_junk_is_nothing(junk: str | None) -> None:
    names = ("Units", "Sequence", "ErrorCode", "MCC", "SentTime", "DeliveryReportTime")
    assert parse({**DELIVERED, **dict.fromkeys(names, junk)}) == replace(
        NOTHING, provider_id=DELIVERED["MessageUUID"], status=MessageStatus.DELIVERED
    )


def test_no_unit_is_no_number_of_units() -> None:
    assert parse({"Units": "0"}).units is None


def test_an_empty_form() -> None:
    assert parse({}) == NOTHING


@given(st.dictionaries(st.sampled_from([*DELIVERED, *RESOURCE]), st.text() | st.none()))
def test_no_form_breaks_the_parser(form: dict[str, str | None]) -> None:
    assert isinstance(parse(form), StatusReport)


NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-01 12:00:00.000000+00:00", NOON),
        ("2024-01-01 12:00:00.000000", NOON),
        ("2024-01-01 12:00:00", NOON),
        ("2024-01-01T12:00:00Z", NOON),
        ("2024-01-01 21:00:00+09:00", NOON),
        ("0001-01-01 00:00:00", None),
        ("0001-01-01 00:00:00+09:00", None),
        ("2024-13-01 00:00:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_parse_time(text: str, moment: datetime | None) -> None:
    assert parse_time(text) == moment


@given(st.integers(1_000_000_000, 9_000_000_000), st.integers(-12, 14))
def test_any_iso_time_is_read(timestamp_s: int, hours: int) -> None:
    zoned = datetime.fromtimestamp(timestamp_s, timezone(timedelta(hours=hours)))
    assert parse_time(str(zoned)) == parse_time(zoned.isoformat()) == zoned.astimezone(UTC)


def test_the_last_moment_of_time_is_not_a_crash() -> None:
    assert parse_time("9999-12-31 23:59:59-12:00") is None
