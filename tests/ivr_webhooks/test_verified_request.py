"""Nobody but Plivo can move a call or a message."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.models.call import Call
from app.models.database import session
from app.models.tenant_scope import all_companies
from tests.ivr_webhooks.conftest import Plivo

MESSAGE = "/ivr/messages/0190f0a0-0000-7000-8000-000000000001/status"
SIGNED_PATHS = ("/ivr/answer", "/ivr/digits?attempt=1", "/ivr/hangup", "/ivr/fallback", MESSAGE)


def count_calls() -> int:
    with all_companies("test"):
        return session.scalar(select(func.count(Call.id))) or 0


@pytest.mark.parametrize("path", SIGNED_PATHS)
def test_unsigned_or_wrongly_signed_is_refused_and_leaves_no_trace(plivo: Plivo, path: str) -> None:
    params = plivo.call_params("c1")
    assert plivo.client.post(path, data=params).status_code == 403
    assert plivo.post(path, params, token="another-token-altogether").status_code == 403
    assert count_calls() == 0


def test_a_changed_parameter_breaks_the_signature(plivo: Plivo) -> None:
    signed = plivo.post("/ivr/answer", plivo.call_params("c1"))
    headers = {
        key: value for key, value in signed.request.headers.items() if key.startswith("X-Plivo")
    }
    forged = plivo.client.post("/ivr/answer", data=plivo.call_params("c2"), headers=headers)
    assert forged.status_code == 403
    assert count_calls() == 1


@pytest.mark.parametrize(
    "query",
    [
        "%E5%B1%8A%E3%81%8F=%E5%B1%8A",
        "届く=届",
        "%FF%FE=%00",
        "%",
        "a=%E3%81",
        "&&&===",
        "attempt=%E4%BA%8C",
    ],
)
@pytest.mark.parametrize("path", ["/ivr/answer", "/ivr/digits"])
def test_no_query_string_causes_a_500(plivo: Plivo, path: str, query: str) -> None:
    headers = {"X-Plivo-Signature-V3": "AAAA", "X-Plivo-Signature-V3-Nonce": "1"}
    answer = plivo.client.post(f"{path}?{query}", data=plivo.call_params("c1"), headers=headers)
    assert answer.status_code == 403
    assert count_calls() == 0


def test_signed_pages_are_not_to_be_had_with_get(plivo: Plivo) -> None:
    for path in SIGNED_PATHS:
        assert plivo.client.get(path).status_code == 405


def test_every_route_is_signed_or_listed_as_open(plivo: Plivo) -> None:
    app: Flask = plivo.client.application
    open_routes = {
        "audio.audio",
        "short_links.follow",
        "health.healthz",
        "health.readyz",
        "health.metrics",
        "static",
    }
    unsigned = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "is_signed")
    }
    assert unsigned == open_routes


def test_refusals_are_counted(plivo: Plivo) -> None:
    def refused() -> float:
        lines = plivo.client.get("/metrics").text.splitlines()
        (line,) = [line for line in lines if line.startswith("todoku_webhooks_refused_total ")]
        return float(line.split()[1])

    before = refused()
    plivo.client.post("/ivr/answer")
    assert refused() == before + 1
