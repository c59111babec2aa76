"""Applications and numbers through Plivo's real SDK."""

import pytest
from plivo.exceptions import ResourceNotFoundError, ValidationError

NUMBER = "815030000001"


def test_every_number_has_the_default_application_at_first(plivo_client, peer):
    client = plivo_client()

    number = client.numbers.get(NUMBER)
    [default] = client.applications.list()

    assert number.application == default.resource_uri
    assert default.answer_url == f"{peer.url}/ivr/answer"
    assert default.default_app is True
    assert client.numbers.list().meta.total_count == 0


def test_a_number_pointed_at_another_application_is_asked_there(plivo_client, simulator, peer):
    client = plivo_client()
    created = client.applications.create(
        "other", answer_url=f"{peer.url}/other", hangup_url=f"{peer.url}/bye", answer_method="GET"
    )
    peer.xml("/other", "<Response><Hangup/></Response>")
    peer.status("/bye", 200)

    assert client.numbers.update(NUMBER, app_id=created.app_id).message == "changed"
    steps = simulator.call()

    assert steps[-1]["ok"] is True
    assert [path for path, _ in peer.requests] == ["/other", "/bye"]
    assert [number.number for number in client.numbers.list()] == [NUMBER]
    assert client.numbers.get(NUMBER).application.endswith(f"/{created.app_id}/")


def test_an_application_without_hangup_and_fallback_url(plivo_client, simulator, peer):
    client = plivo_client()
    created = client.applications.create("bare", answer_url=f"{peer.url}/bare")
    client.numbers.update(NUMBER, app_id=created.app_id)
    peer.status("/bare", 500)

    steps = simulator.call()

    assert "error_tone" in [step["kind"] for step in steps]
    assert [params["Event"] for params in peer.to("/bare")] == ["StartApp", "Hangup"]


def test_an_application_can_be_changed(plivo_client):
    client = plivo_client()
    app_id = client.applications.create("a", answer_url="https://a.example/").app_id

    assert client.applications.update(app_id, answer_url="https://b.example/").message == "changed"

    assert client.applications.get(app_id).answer_url == "https://b.example/"


def test_what_is_refused(plivo_client):
    client = plivo_client()

    with pytest.raises(ValidationError, match="answer_url"):
        client.applications.create("a")
    with pytest.raises(ValidationError, match="answer_method"):
        client.applications.create("a", answer_url="https://a.example/", answer_method="PUT")
    with pytest.raises(ValidationError, match="app_id"):
        client.numbers.update(NUMBER, app_id="1")
    with pytest.raises(ResourceNotFoundError):
        client.applications.get("1")
    with pytest.raises(ResourceNotFoundError):
        client.numbers.get("12")
