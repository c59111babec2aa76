"""How well this Plivo works today: limits, latency, and what goes wrong how often.

Set at the start by SIMULATOR_CONDITIONS (JSON), changed by PUT /simulator/conditions. Chances are
between 0 and 1. The same seed gives a recipient the same fate; what happens between threads
(latency, lost webhooks) follows it only in number.
"""

import math
import random
import threading
import zlib
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from simulator.fates import MAGIC, Fate, fate_of, has_ordinary_handset

P99_IN_DEVIATIONS = 2.3263
Chance = Annotated[float, Field(ge=0, le=1)]
ErrorStatus = Annotated[str, Field(pattern="^[45][0-9]{2}$")]
Positive = Annotated[float, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Latency(_Strict):
    """Log-normal, as servers are: half of the answers take up to ``median_ms``, one in a hundred
    ``p99_ms`` or more. A median of 0 means at once."""

    median_ms: Annotated[float, Field(ge=0)] = 0
    p99_ms: Annotated[float, Field(ge=0)] = 0

    def draw_s(self, chance: random.Random) -> float:
        if not self.median_ms:
            return 0.0
        spread = math.log(max(self.p99_ms, self.median_ms) / self.median_ms) / P99_IN_DEVIATIONS
        return chance.lognormvariate(math.log(self.median_ms), spread) / 1000


class WebhookFaults(_Strict):
    """Of the requests to the customer's server. ``lose_answer``: it arrives, but its answer does
    not. ``reorder``: it comes after those that follow it (of a call: once more, later). Delays are
    up to ``longest_delay_s``, divided by the speed."""

    drop: Chance = 0
    lose_answer: Chance = 0
    delay: Chance = 0
    repeat: Chance = 0
    reorder: Chance = 0
    longest_delay_s: Positive = 10


class Conditions(_Strict):
    """Plivo's own limits unless told otherwise (https://www.plivo.com/docs/voice/concepts/rate-limits,
    …/messaging/concepts/rate-limiting, …/messaging/api/message/list-all-messages); rates and times
    are divided by the speed.

    ``api_errors``: how often the REST API refuses with a status, before it does anything, e.g.
    {"500": 0.01}. ``fates``: how often an ordinary mobile has the fate of a magic recipient (see
    ``fates.py``), e.g. {"35": 0.02}.
    """

    seed: int = 1
    calls_per_s: Positive = 10
    messages_per_s: Positive = 5
    queue_expires_after_s: Positive = 10_800
    api_requests_per_5_s: Annotated[int, Field(ge=1)] = 300
    message_lists_per_min: Annotated[int, Field(ge=1)] = 20
    api_latency: Latency = Latency()
    api_errors: dict[ErrorStatus, Chance] = {}
    fates: dict[str, Chance] = {}
    webhooks: WebhookFaults = WebhookFaults()

    @field_validator("fates")
    @classmethod
    def _known(cls, fates: dict[str, float]) -> dict[str, float]:
        if unknown := set(fates) - set(MAGIC):
            raise ValueError(f"no such fate: {', '.join(sorted(unknown))}")
        return fates

    @field_validator("fates", "api_errors")
    @classmethod
    def _shared_out(cls, chances: dict[str, float]) -> dict[str, float]:
        if sum(chances.values()) > 1:
            raise ValueError("the chances are more than 1 together")
        return chances


class Weather:
    """The conditions of the moment, and the dice."""

    def __init__(self, conditions: Conditions) -> None:
        self._lock = threading.Lock()
        self.change(conditions)

    def change(self, conditions: Conditions) -> None:
        with self._lock:
            self.conditions = conditions
            self._chance = random.Random(conditions.seed)  # noqa: S311 - dice, no secret

    def happens(self, chance: float) -> bool:
        with self._lock:
            return chance > 0 and self._chance.random() < chance

    def delay_s(self) -> float:
        """How long a late webhook takes, before the speed divides it."""
        with self._lock:
            return self._chance.uniform(0, self.conditions.webhooks.longest_delay_s)

    def api_latency_s(self) -> float:
        with self._lock:
            return self.conditions.api_latency.draw_s(self._chance)

    def api_error(self) -> int | None:
        """The status with which the next API request fails, None when it does not."""
        with self._lock:
            status = _drawn(self._chance.random(), self.conditions.api_errors)
        return int(status) if status else None

    def fate_of(self, recipient: str) -> Fate:
        """As ``fates.fate_of``, an ordinary mobile's drawn by seed and number."""
        if not self.conditions.fates or not has_ordinary_handset(recipient):
            return fate_of(recipient)
        seed = zlib.crc32(f"{self.conditions.seed}:{recipient}".encode())
        code = _drawn(random.Random(seed).random(), self.conditions.fates)  # noqa: S311 - dice
        return MAGIC[code] if code else fate_of(recipient)


def _drawn(number: float, chances: Mapping[str, float]) -> str | None:
    """Which of the chances a number from 0 to 1 falls on."""
    for name, chance in chances.items():
        number -= chance
        if number < 0:
            return name
    return None
