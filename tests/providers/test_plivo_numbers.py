"""What Plivo tells of numbers and applications, and what it may fail to tell."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from app.providers.plivo.failures import SendDelayed, SendRefused
from app.providers.plivo.numbers import NumberClient, Webhooks
from tests.support.plivo_peer import AUTH_ID, Answer, Plivo, serving

NUMBER = "+815030000001"
RENTED = {"number": "815030000001", "application": f"/v1/Account/{AUTH_ID}/Application/17/"}
APPLICATION = {
    "app_id": "17",
    "app_name": "todoku",
    "answer_url": "https://ivr.example.jp/a",
    "answer_method": "POST",
    "hangup_url": None,
    "fallback_answer_url": "",
}


@pytest.fixture
def plivo() -> Iterator[Plivo]:
    with serving() as server:
        yield server


@pytest.fixture
def client(plivo: Plivo) -> NumberClient:
    return NumberClient(AUTH_ID, "token", plivo.url, timeout_s=0.5)


def answers(plivo: Plivo, *bodies: object, status: int = 200) -> None:
    plivo.answers = [Answer(status, json.dumps(body).encode()) for body in bodies]


def test_settings_that_plivo_leaves_out_are_empty(plivo: Plivo, client: NumberClient) -> None:
    answers(plivo, RENTED, APPLICATION)
    found = client.application_of(NUMBER)
    assert found is not None
    assert found.webhooks == Webhooks("https://ivr.example.jp/a", "", "", "POST", "", "")
    assert [each.path.rpartition("/Account/")[2] for each in plivo.requests] == [
        f"{AUTH_ID}/Number/815030000001/",
        f"{AUTH_ID}/Application/17/",
    ]


@pytest.mark.parametrize("application", [None, ""])
def test_a_number_without_an_application(
    plivo: Plivo, client: NumberClient, application: object
) -> None:
    answers(plivo, RENTED | {"application": application})
    assert client.application_of(NUMBER) is None


def test_an_application_that_was_deleted(plivo: Plivo, client: NumberClient) -> None:
    answers(plivo, RENTED)
    plivo.answers.append(Answer(404, b'{"error": "not found"}'))
    assert client.application_of(NUMBER) is None


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_failure_is_asked_again_by_a_person_and_not_by_the_sdk(
    plivo: Plivo, client: NumberClient, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(plivo, {}, status=status)
    with pytest.raises(SendDelayed):
        client.create_application("todoku", Webhooks(*["https://a.example"] * 3))
    assert len(plivo.requests) == 1
    assert capsys.readouterr().out == ""


def test_a_refusal(plivo: Plivo, client: NumberClient) -> None:
    answers(plivo, {"error": "app_id is invalid"}, status=400)
    with pytest.raises(SendRefused, match="app_id is invalid"):
        client.assign(NUMBER, "17")
