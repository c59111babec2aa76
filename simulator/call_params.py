"""The parameters Plivo sends about a call, and the ways a call ends.

Sources: https://www.plivo.com/docs/voice/xml/request,
https://www.plivo.com/docs/account/api/application (answer, hangup and fallback URL) and
https://www.plivo.com/docs/voice/troubleshooting/hangup-causes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

BILL_RATE_USD = 0.0085
BILLED_IN_S = 60


@dataclass(frozen=True)
class Ending:
    """How a call ended: ``by`` in our words, the rest in Plivo's."""

    by: str
    name: str
    code: int
    source: str


BY_XML = Ending("xml", "Normal Hangup", 4000, "Answer XML")
BY_CALLER = Ending("caller", "Normal Hangup", 4000, "Caller")
BY_END = Ending("end of instructions", "End Of XML Instructions", 4010, "Plivo")
UNREACHABLE = Ending("failure", "Error Reaching Answer URL", 7011, "Error")
INVALID = Ending("failure", "Invalid Answer XML", 8011, "Error")
BUSY = Ending("busy", "Busy Line", 3000, "Plivo")
TOO_LONG = Ending("failure", "Maximum Duration Reached", 5010, "Plivo")


@dataclass(frozen=True)
class CallIdentity:
    """What stays the same during a call; numbers as Plivo sends them."""

    uuid: str
    caller: str
    called: str
    auth_id: str
    started_at: datetime

    def params(self, status: str) -> dict[str, str]:
        """What every request about the call carries; ``status`` is Plivo's CallStatus."""
        return {
            "ALegRequestUUID": self.uuid,
            "ALegUUID": self.uuid,
            "BillRate": f"{BILL_RATE_USD:.5f}",
            "CallStatus": status,
            "CallUUID": self.uuid,
            "CallerName": self.caller,
            "Direction": "inbound",
            "From": self.caller,
            "ParentAuthID": self.auth_id,
            "RequestUUID": self.uuid,
            "STIRVerification": "Not applicable",
            "SessionStart": _timestamp(self.started_at),
            "To": self.called,
        }

    def hangup_params(self, ending: Ending, answered_s: float, ended_s: float) -> dict[str, str]:
        """What the hangup URL gets; ``answered_s`` and ``ended_s`` count from the call's start."""
        duration_s = round(ended_s - answered_s)
        billed_s = -(-duration_s // BILLED_IN_S) * BILLED_IN_S
        return {
            **self.params("completed"),
            "Event": "Hangup",
            "HangupCause": "NORMAL_CLEARING",
            "HangupCauseName": ending.name,
            "HangupCauseCode": str(ending.code),
            "HangupSource": ending.source,
            "Duration": str(duration_s),
            "BillDuration": str(billed_s),
            "TotalCost": f"{BILL_RATE_USD * billed_s / 60:.5f}",
            "StartTime": _timestamp(self.started_at),
            "AnswerTime": _timestamp(self.started_at + timedelta(seconds=answered_s)),
            "EndTime": _timestamp(self.started_at + timedelta(seconds=ended_s)),
        }


def _timestamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
