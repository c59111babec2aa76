"""The REST API through Plivo's real SDK, and each class of error it knows."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
from plivo.exceptions import (
    AuthenticationError,
    ForbiddenError,
    GeoPermissionError,
    InvalidRequestError,
    PlivoRestError,
    PlivoServerError,
    ResourceNotFoundError,
    ValidationError,
)

from app.domain.sms_status import MessageStatus
from app.providers.plivo.client import SmsClient
from tests.simulator.conftest import AUTH_ID, AUTH_TOKEN

SENDER, DELIVERED = "81312345678", "819012345678"


def send(client, recipient=DELIVERED, text="こんにちは", **more):
    return client.messages.create(src=SENDER, dst=recipient, text=text, **more)


def test_a_message_is_accepted_and_found_by_its_uuid(plivo_client, simulator):
    client = plivo_client()

    accepted = send(client)

    assert accepted.message == "message(s) queued"
    [uuid] = accepted.message_uuid
    simulator.await_messages(DELIVERED)
    message = client.messages.get(uuid)
    assert message.message_uuid == uuid
    assert (message.from_number, message.to_number) == (SENDER, DELIVERED)
    assert (message.message_state, message.error_code) == ("delivered", "000")
    assert (message.message_direction, message.message_type) == ("outbound", "sms")
    assert (message.units, message.total_rate, message.total_amount) == (1, "0.07000", "0.07000")
    assert message.resource_uri.endswith(f"/Message/{uuid}/")
    assert datetime.fromisoformat(message.message_time) > datetime.now(UTC) - timedelta(minutes=1)


def test_a_leading_plus_is_taken_and_stripped(plivo_client):
    client = plivo_client()

    accepted = client.messages.create(src="+" + SENDER, dst="+" + DELIVERED, text="a")

    message = client.messages.get(accepted.message_uuid[0])
    assert (message.from_number, message.to_number) == (SENDER, DELIVERED)


def test_several_recipients_make_several_messages(plivo_client):
    accepted = send(plivo_client(), "819012345678<818012345678")

    assert len(set(accepted.message_uuid)) == 2


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("あ" * 70, 1),
        ("あ" * 71, 2),
        ("😀" * 36, 2),
    ],
)
def test_units_are_counted_as_billed(plivo_client, text, units):
    client = plivo_client()

    message = client.messages.get(send(client, text=text).message_uuid[0])

    assert message.units == units


def test_the_list_is_paged_newest_first(plivo_client):
    client = plivo_client()
    sent = [send(client, text=str(n)).message_uuid[0] for n in range(23)]

    first = client.messages.list()
    second = client.messages.list(limit=20, offset=20)

    assert [m.message_uuid for m in [*first, *second]] == sent[::-1]
    assert first.meta.total_count == 23
    assert "offset=20" in first.meta.next
    assert first.meta.previous is None
    assert second.meta.next is None
    assert [m.message_uuid for m in client.messages] == sent[::-1]


def test_the_list_filters_by_number_state_and_time(plivo_client, simulator):
    client = plivo_client()
    [delivered] = send(client).message_uuid
    [failed] = send(client, "819099990014").message_uuid
    simulator.await_messages(DELIVERED)
    simulator.await_messages("819099990014")
    now = datetime.now(UTC)

    def found(**filters):
        return [message.message_uuid for message in client.messages.list(**filters)]

    assert found(to_number="+" + DELIVERED) == [delivered]
    assert found(from_number=SENDER) == [failed, delivered]
    assert found(message_state="failed") == [failed]
    assert found(error_code="20") == [failed]
    assert found(message_direction="inbound") == []
    assert found(message_time__gte=f"{now - timedelta(minutes=1):%Y-%m-%d %H:%M}") != []
    assert found(message_time__gt=f"{now + timedelta(minutes=1):%Y-%m-%d %H:%M:%S}") == []
    assert found(message_time__lte=f"{now - timedelta(minutes=1):%Y-%m-%d %H:%M:%S.%f}") == []


def test_wrong_credentials(plivo_client):
    with pytest.raises(AuthenticationError):
        send(plivo_client(auth_token="wrong"))
    with pytest.raises(AuthenticationError):
        send(plivo_client(auth_id="MAOTHEROTHEROTHER001"))


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"dst": DELIVERED, "text": ""}, "text parameter not present"),
        ({"dst": "12345678", "text": "a"}, "not a valid phone number"),
        ({"dst": DELIVERED, "text": "あ" * 738}, "too long"),
        ({"dst": DELIVERED, "text": "a", "type_": "mms"}, "type must be sms"),
        ({"dst": DELIVERED, "text": "a", "method": "PUT"}, "method"),
    ],
)
def test_invalid_parameters(plivo_client, wanted, error):
    with pytest.raises(ValidationError, match=error):
        plivo_client().messages.create(src=SENDER, **wanted)


def test_what_the_sdk_itself_would_refuse(simulator, plivo_client):
    url = f"{simulator.url}/v1/Account/{plivo_client().session.auth[0]}/Message/"
    auth = plivo_client().session.auth

    def refused(**body):
        response = simulator.http.post(url, json=body, auth=auth)
        assert response.status_code == 400
        assert response.json()["api_id"]
        return response.json()["error"]

    assert "dst" in refused(src=SENDER, text="a")
    assert "src" in refused(dst=DELIVERED, text="a")
    assert "same" in refused(src=DELIVERED, dst=DELIVERED, text="a")
    assert "url" in refused(src=SENDER, dst=DELIVERED, text="a", url="ftp://x")
    assert simulator.http.get(url, params={"limit": "21"}, auth=auth).status_code == 400
    assert simulator.http.get(url, params={"offset": "x"}, auth=auth).status_code == 400
    assert simulator.http.get(url, params={"message_state": "x"}, auth=auth).status_code == 400
    assert simulator.http.get(url, params={"message_time": "x"}, auth=auth).status_code == 400
    form = {"src": SENDER, "dst": DELIVERED, "text": "a"}
    assert simulator.http.post(url, data=form, auth=auth).status_code == 202


def test_unknown_messages_and_paths_are_not_found(plivo_client):
    with pytest.raises(ResourceNotFoundError, match="not found"):
        plivo_client().messages.get("00000000-0000-0000-0000-000000000000")
    with pytest.raises(ResourceNotFoundError):
        plivo_client().messages.get("a").listMedia()


def test_a_wrong_method_is_refused(plivo_client):
    with pytest.raises(InvalidRequestError):
        plivo_client().request("DELETE", ("Message",))


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("819099990038", GeoPermissionError),
        ("819099990039", ValidationError),
    ],
)
def test_fated_refusals(plivo_client, simulator, number, error):
    with pytest.raises(error):
        send(plivo_client(), number)
    assert simulator.await_messages(number, count=0) == []


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("819099990030", PlivoRestError),
        ("819099990032", PlivoServerError),
    ],
)
def test_fated_faults_pass_after_two_attempts(plivo_client, simulator, number, error):
    client = plivo_client()

    for _ in range(2):
        with pytest.raises(error):
            send(client, number)

    assert send(client, number).message_uuid
    assert simulator.await_messages(number)[0]["state"] == "delivered"


@pytest.mark.parametrize(("number", "status"), [("819099990031", "429"), ("819099990033", "503")])
def test_fated_faults_that_never_pass(plivo_client, number, status):
    client = plivo_client()

    for _ in range(4):
        with pytest.raises(PlivoRestError, match=status):
            send(client, number)


def test_a_timeout_after_accepting(plivo_client, simulator):
    with pytest.raises(requests.ReadTimeout):
        send(plivo_client(timeout=0.3), "819099990034")

    assert simulator.await_messages("819099990034")[0]["state"] == "delivered"


def test_a_connection_dropped_after_accepting(plivo_client, simulator):
    with pytest.raises(requests.ConnectionError):
        send(plivo_client(), "819099990035")

    assert simulator.await_messages("819099990035")[0]["state"] == "delivered"


@pytest.mark.parametrize("number", ["819099990036", "819099990037"])
def test_accepted_without_a_word(plivo_client, simulator, number):
    assert send(plivo_client(), number) is None

    assert simulator.await_messages(number)[0]["state"] == "delivered"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("400", ValidationError),
        ("401", AuthenticationError),
        ("403", ForbiddenError),
        ("404", ResourceNotFoundError),
        ("405", InvalidRequestError),
        ("409", InvalidRequestError),
        ("422", InvalidRequestError),
        ("429", PlivoRestError),
        ("500", PlivoServerError),
        ("502", PlivoRestError),
        ("503", PlivoRestError),
        ("504", PlivoRestError),
    ],
)
def test_each_call_we_use_meets_each_error(plivo_client, simulator, status, error):
    client = plivo_client()
    failing = {"api_errors": {status: 1}}
    simulator.http.put(f"{simulator.url}/simulator/conditions", json=failing).raise_for_status()
    sending = GeoPermissionError if status == "403" else error

    with pytest.raises(sending):
        send(client)
    with pytest.raises(error):
        client.messages.get("a")
    with pytest.raises(TypeError):  # the SDK looks for the list before it looks at the status
        client.messages.list()
    with pytest.raises(error):
        client.numbers.update("815030000001", app_id="1")
    with pytest.raises(error):
        client.applications.get("1")
    assert simulator.http.get(f"{simulator.url}/simulator/messages").json()["messages"] == []


def test_our_own_client_hands_over_finds_and_asks(simulator):
    ours = SmsClient(AUTH_ID, AUTH_TOKEN, simulator.url)
    before = datetime.now(UTC) - timedelta(seconds=5)

    provider_id = ours.send(
        sender="0312345678", recipient=f"+{DELIVERED}", text="a", callback_url="http://127.0.0.1:1/"
    )

    simulator.await_messages(DELIVERED)
    assert ours.get(provider_id).status is MessageStatus.DELIVERED
    page = ours.list_page(
        sender="0312345678",
        recipient=f"+{DELIVERED}",
        since=before,
        until=datetime.now(UTC),
        offset=0,
    )
    assert [found.provider_id for found in page.lines] == [provider_id]
    assert page.is_last
