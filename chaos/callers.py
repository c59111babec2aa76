"""People who call: each with a number of his own, and what he heard written down."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

import requests

NUMBERS = ("05030000001", "05030000101")
AT_ONCE = 16
SPEED = 10_000
SILENCE_S = 120
ANSWERS_S = 10


@dataclass(frozen=True)
class PlacedCall:
    """`recipient`: the mobile whose SMS this call may owe (E.164 without +). `played`: what was
    played to the caller, by the addresses."""

    uuid: str
    recipient: str
    played: tuple[str, ...]
    kinds: tuple[str, ...]

    @property
    def apology(self) -> bool:
        return "fallback" in self.kinds

    @property
    def error_tone(self) -> bool:
        return "error_tone" in self.kinds


def place_call(simulator_url: str, index: int, seed: int) -> PlacedCall:
    """The call number `index`, the same for the same seed."""
    dice = random.Random(f"{seed}:{index}")
    mobile = f"0801{index:07}"
    wanted = {"to": dice.choice(NUMBERS), "speed": SPEED, **_behaviour(dice, mobile)}
    with requests.Session() as http:
        http.trust_env = False
        with http.post(
            f"{simulator_url}/calls", json=wanted, stream=True, timeout=(ANSWERS_S, SILENCE_S)
        ) as response:
            response.raise_for_status()
            steps = [json.loads(line) for line in response.iter_lines() if line]
    return PlacedCall(
        uuid=steps[0]["call_uuid"],
        recipient=f"81{mobile[1:]}",
        played=tuple(step["url"] for step in steps if step["kind"] == "play"),
        kinds=tuple(step["kind"] for step in steps),
    )


def _behaviour(dice: random.Random, mobile: str) -> dict[str, object]:
    """From a mobile, or keyed in from a withheld number: at once, after a mistake, or never; some
    hang up early."""
    kinds: list[dict[str, object]] = [
        {"from": mobile},
        {"from": "anonymous", "digits": [f"{mobile}#"]},
        {"from": "anonymous", "digits": ["0312345678#", mobile]},
        {"from": "anonymous", "digits": []},
    ]
    behaviour = dice.choices(kinds, [60, 25, 10, 5])[0]
    if dice.random() < 0.05:
        behaviour["hangup_after"] = dice.randint(1, 4)
    return behaviour
