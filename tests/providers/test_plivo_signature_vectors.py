"""Signatures that Plivo published in the tests of its SDKs: plivo_signature_vectors.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.providers.plivo.signature import verify
from simulator.signature import sign_v3

VECTORS = json.loads(Path(__file__).with_name("plivo_signature_vectors.json").read_text())
V2, V3 = VECTORS["v2"], VECTORS["v3"]


@pytest.mark.parametrize("vector", V3["signatures"])
def test_v3(vector: dict[str, Any]) -> None:
    headers = {
        "X-Plivo-Signature-V3": vector["signature"],
        "X-Plivo-Signature-V3-Nonce": V3["nonce"],
    }
    asked = (vector["method"], vector["url"], headers, V3["params"])
    assert verify(*asked, V3["auth_token"])
    assert not verify(*asked, V3["auth_token"] + "s")


@pytest.mark.parametrize("vector", V3["signatures"])
def test_the_simulator_signs_as_plivo_does(vector: dict[str, Any]) -> None:
    method, url = vector["method"], vector["url"]
    signed = sign_v3(method, url, V3["params"], V3["nonce"], V3["auth_token"])
    assert signed == vector["signature"]


@pytest.mark.parametrize(("token", "fits"), [("my_auth_token", True), ("my_auth_tokens", False)])
def test_v2(token: str, fits: bool) -> None:
    headers = {"X-Plivo-Signature-V2": V2["signature"], "X-Plivo-Signature-V2-Nonce": V2["nonce"]}
    assert verify("POST", V2["url"], headers, {}, token) is fits
