"""What becomes of an SMS: decided by the recipient's number alone.

Magic recipients are the Japanese mobiles ``0X0-9999-00NN`` (X = 6, 7, 8 or 9; libphonenumber takes
them for valid): NN picks the fate below, e.g. 090-9999-0011 is "undelivered, error 80". Every other
mobile is delivered, by a carrier chosen from its last digit so that demo data looks varied:
0-3 docomo, 4-6 au, 7-8 SoftBank, 9 Rakuten. A number that is no mobile fails with error 50.

    NN  fate
    01  delivered by docomo (440-10)
    02  delivered by au (440-50)
    03  delivered by SoftBank (440-20)
    04  delivered by Rakuten (440-11)
    05  delivered, reports without MCC and MNC
    10  undelivered, error 70 (permanently unavailable)
    11  undelivered, error 80 (temporarily unavailable), docomo
    12  undelivered, error 80, SoftBank
    13  undelivered, error 420 (expired)
    14  failed, error 20 (network error)
    15  failed, error 90 (no route)
    16  failed, error 50 (invalid destination)
    17  failed, error 900 (insufficient credit)
    18  failed, error 1000 (unknown)
    19  rejected, error 30 (spam detected)
    20  silent: sent for ever, no report after ``sent``
    21  silent: no report at all, but delivered (only the message list knows)
    22  delivered, every report twice
    23  delivered, reports in reverse order
    24  delivered, then a late contradicting ``undelivered``
    25  of a split text: every part has reports, the last one is undelivered (error 80)
    26  the same, but it is the first part
    27  of a split text: every part has reports, the last one's end with ``sent``; it is delivered
    30  429 for the first two attempts, then delivered
    31  429 always
    32  500 for the first two attempts, then delivered
    33  503 always
    34  accepted, but the answer comes only after 8 seconds (the client has timed out)
    35  accepted, but the connection breaks before the answer
    36  accepted, with an empty 2xx
    37  accepted, with a 2xx that is no JSON
    38  403: country not enabled
    39  400: refused as an invalid destination

Plivo reports once on a whole text, and its PartInfo is "reserved for future use" (…/docs/messaging/
api/message/message-status-callbacks; support.plivo.com/hc/en-us/articles/360041742091). It used to
report on each part, under an id of its own, ParentMessageUUID being the first part's and PartInfo
"1 of 2", "2 of 2" (support.plivo.com/support/solutions/articles/17000012022): 25 to 27 do so again.

Error codes: https://www.plivo.com/docs/messaging/troubleshooting/error-codes
MCC-MNC: ITU E.212 for Japan (440).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from simulator.phone_numbers import is_mobile

_MAGIC = re.compile(r"81[6789]0999900(\d\d)")


class Answer(StrEnum):
    """How the REST API answers the send request."""

    ACCEPTED = "accepted"
    TOO_MANY = "429"
    TOO_MANY_TWICE = "429 twice"
    SERVER_ERROR_TWICE = "500 twice"
    UNAVAILABLE = "503"
    LATE = "late"
    DROPPED = "dropped"
    EMPTY = "empty"
    NOT_JSON = "not JSON"
    FORBIDDEN = "403"
    INVALID = "400"


class Reports(StrEnum):
    """How the status callbacks go out."""

    IN_ORDER = "in order"
    NONE = "none"
    DOUBLED = "doubled"
    REVERSED = "reversed"
    CONTRADICTED = "contradicted"
    FOR_EACH_PART = "for each part"


@dataclass(frozen=True)
class Network:
    """A mobile network by its ITU E.212 codes."""

    mcc: str
    mnc: str


DOCOMO, AU = Network("440", "10"), Network("440", "50")
SOFTBANK, RAKUTEN = Network("440", "20"), Network("440", "11")


@dataclass(frozen=True)
class OddPart:
    """The part of a split text that fares otherwise, by its index from either end."""

    index: int
    final: str
    error_code: str = "000"


@dataclass(frozen=True)
class Fate:
    """``final`` is the last message_state; ``network`` None leaves MCC and MNC out. ``odd_part`` is
    for reports on each part."""

    final: str
    network: Network | None
    error_code: str = "000"
    reports: Reports = Reports.IN_ORDER
    answer: Answer = Answer.ACCEPTED
    odd_part: OddPart | None = None


def _partly(network: Network, odd_part: OddPart) -> Fate:
    return Fate("delivered", network, reports=Reports.FOR_EACH_PART, odd_part=odd_part)


MAGIC: Mapping[str, Fate] = {
    "01": Fate("delivered", DOCOMO),
    "02": Fate("delivered", AU),
    "03": Fate("delivered", SOFTBANK),
    "04": Fate("delivered", RAKUTEN),
    "05": Fate("delivered", None),
    "10": Fate("undelivered", DOCOMO, "70"),
    "11": Fate("undelivered", DOCOMO, "80"),
    "12": Fate("undelivered", SOFTBANK, "80"),
    "13": Fate("undelivered", AU, "420"),
    "14": Fate("failed", None, "20"),
    "15": Fate("failed", None, "90"),
    "16": Fate("failed", None, "50"),
    "17": Fate("failed", None, "900"),
    "18": Fate("failed", None, "1000"),
    "19": Fate("rejected", None, "30"),
    "20": Fate("sent", DOCOMO),
    "21": Fate("delivered", DOCOMO, reports=Reports.NONE),
    "22": Fate("delivered", AU, reports=Reports.DOUBLED),
    "23": Fate("delivered", SOFTBANK, reports=Reports.REVERSED),
    "24": Fate("delivered", RAKUTEN, reports=Reports.CONTRADICTED),
    "25": _partly(AU, OddPart(-1, "undelivered", "80")),
    "26": _partly(SOFTBANK, OddPart(0, "undelivered", "80")),
    "27": _partly(DOCOMO, OddPart(-1, "sent")),
    "30": Fate("delivered", DOCOMO, answer=Answer.TOO_MANY_TWICE),
    "31": Fate("delivered", DOCOMO, answer=Answer.TOO_MANY),
    "32": Fate("delivered", DOCOMO, answer=Answer.SERVER_ERROR_TWICE),
    "33": Fate("delivered", DOCOMO, answer=Answer.UNAVAILABLE),
    "34": Fate("delivered", DOCOMO, answer=Answer.LATE),
    "35": Fate("delivered", AU, answer=Answer.DROPPED),
    "36": Fate("delivered", SOFTBANK, answer=Answer.EMPTY),
    "37": Fate("delivered", RAKUTEN, answer=Answer.NOT_JSON),
    "38": Fate("failed", None, "450", answer=Answer.FORBIDDEN),
    "39": Fate("failed", None, "50", answer=Answer.INVALID),
}
_BY_LAST_DIGIT = (DOCOMO,) * 4 + (AU,) * 3 + (SOFTBANK,) * 2 + (RAKUTEN,)
_NO_HANDSET = Fate("failed", None, "50")
EXPIRED_IN_QUEUE = Fate("failed", None, "420")


def has_ordinary_handset(recipient: str) -> bool:
    """Whether ``recipient`` (E.164 without +) is a mobile, and none of the magic ones."""
    magic = _MAGIC.fullmatch(recipient)
    return not (magic and magic[1] in MAGIC) and is_mobile(recipient)


def fate_of(recipient: str) -> Fate:
    """The fate of a message to ``recipient`` (E.164 without +)."""
    magic = _MAGIC.fullmatch(recipient)
    if magic and magic[1] in MAGIC:
        return MAGIC[magic[1]]
    if not is_mobile(recipient):
        return _NO_HANDSET
    return Fate("delivered", _BY_LAST_DIGIT[int(recipient[-1])])
