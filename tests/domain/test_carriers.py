import pytest

from app.domain.carriers import Carrier, carrier_of

AU_CODES = ["50", "51", "54", "70", "71", "72", "73", "74", "75", "76", "77", "78"]


@pytest.mark.parametrize(
    ("mcc", "mnc", "carrier"),
    [
        ("440", "10", Carrier.DOCOMO),
        ("440", "11", Carrier.RAKUTEN),
        ("440", "20", Carrier.SOFTBANK),
        (" 440 ", "21 ", Carrier.SOFTBANK),
        *(("440", code, Carrier.AU) for code in AU_CODES),
        ("440", "79", None),
        ("440", "99", None),
        ("310", "10", None),
        ("440", None, None),
        (None, "10", None),
        ("", "", None),
    ],
)
def test_carrier_of(mcc: str | None, mnc: str | None, carrier: Carrier | None) -> None:
    assert carrier_of(mcc, mnc) is carrier
