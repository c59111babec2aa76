"""Which Japanese carrier a handset belongs to, told by the delivery report's MCC and MNC.

Never by the prefix of its number: numbers move between carriers.
"""

from enum import StrEnum


class Carrier(StrEnum):
    """A carrier of mobile phones in Japan."""

    AU = "au"
    DOCOMO = "docomo"
    SOFTBANK = "softbank"
    RAKUTEN = "rakuten"


_JAPAN_MCC = "440"

# Source: ITU-T E.212, mobile network codes of Japan; the codes in use by the four carriers.
_BY_MNC = {
    "10": Carrier.DOCOMO,
    "11": Carrier.RAKUTEN,
    "20": Carrier.SOFTBANK,
    "21": Carrier.SOFTBANK,
    **{str(mnc): Carrier.AU for mnc in (50, 51, 54, *range(70, 79))},
}


def carrier_of(mcc: str | None, mnc: str | None) -> Carrier | None:
    """The carrier, or None when the report does not tell or names a network we do not know."""
    if mcc is None or mnc is None or mcc.strip() != _JAPAN_MCC:
        return None
    return _BY_MNC.get(mnc.strip())
