"""Against a server on this machine that answers what each test tells it to."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from plivo.exceptions import AuthenticationError

from app.domain.sms_status import MessageStatus
from app.providers.plivo.client import ListPage, SentMessage, SmsClient
from app.providers.plivo.failures import SendDelayed, SendRefused, SendUnclear
from tests.support.plivo_peer import AUTH_ID, Answer, Plivo, serving

CALLBACK = "https://ivr.example.jp/ivr/messages/0193/status"
SINCE = datetime(2024, 1, 1, 12, 0, tzinfo=UTC)
UNTIL = datetime(2024, 1, 1, 12, 5, tzinfo=UTC)


@pytest.fixture
def plivo() -> Iterator[Plivo]:
    with serving() as server:
        yield server


@pytest.fixture
def client(plivo: Plivo) -> SmsClient:
    return SmsClient(AUTH_ID, "token", plivo.url)


def send(client: SmsClient) -> str:
    return client.send(
        sender="0312345678", recipient="+819012345678", text="こんにちは😀", callback_url=CALLBACK
    )


def list_page(
    client: SmsClient, recipient: str | None = "+819012345678", offset: int = 0
) -> ListPage:
    return client.list_page(
        sender="0312345678", recipient=recipient, since=SINCE, until=UNTIL, offset=offset
    )


def line(number: int, **changes: str) -> dict[str, str]:
    return {
        "message_uuid": f"uuid-{number}",
        "from_number": "81312345678",
        "to_number": "819012345678",
        "message_time": "2024-01-01 12:01:00+00:00",
        "message_state": "sent",
        **changes,
    }


def page(*lines: dict[str, str], follows: str | None = None) -> Answer:
    meta = {"limit": 20, "offset": 0, "next": follows}
    body = {"api_id": "x", "meta": meta, "objects": lines}
    return Answer(200, json.dumps(body).encode())


def test_send(plivo: Plivo, client: SmsClient) -> None:
    assert send(client) == "uuid-1"
    (request,) = plivo.requests
    assert (request.method, request.path) == ("POST", f"/v1/Account/{AUTH_ID}/Message/")
    assert request.authorization is not None
    assert request.authorization.startswith("Basic ")
    assert request.body["src"] == "+81312345678"
    assert request.body["dst"] == "+819012345678"
    assert request.body["text"] == "こんにちは😀"
    assert request.body["url"] == CALLBACK
    assert request.body["method"] == "POST"
    assert request.body["type"] == "sms"


def test_an_api_url_may_have_a_path_and_a_slash(plivo: Plivo) -> None:
    send(SmsClient(AUTH_ID, "token", f"{plivo.url}/plivo/"))
    assert plivo.requests[0].path == f"/plivo/v1/Account/{AUTH_ID}/Message/"


def test_every_call_goes_to_the_same_place(plivo: Plivo, client: SmsClient) -> None:
    """The SDK sets its own address anew in each call."""
    send(client)
    send(client)
    assert len(plivo.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 409, 422])
def test_refused(plivo: Plivo, client: SmsClient, status: int) -> None:
    plivo.answers = [Answer(status, b'{"error": "src is not yours"}')]
    with pytest.raises(SendRefused, match=f"^{status}: src is not yours$") as caught:
        send(client)
    assert (caught.value.code, caught.value.reason) == (str(status), "src is not yours")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"null", b"[]", b'"text"', b"{}", b'{"error": {"a": 1}}', b"\xff"]
)
def test_refused_with_an_odd_body(plivo: Plivo, client: SmsClient, body: bytes) -> None:
    plivo.answers = [Answer(400, body)]
    with pytest.raises(SendRefused):
        send(client)


def test_a_refusals_reason_stays_short(plivo: Plivo, client: SmsClient) -> None:
    plivo.answers = [Answer(400, json.dumps({"error": "x" * 5000}).encode())]
    with pytest.raises(SendRefused) as caught:
        send(client)
    assert len(caught.value.reason) == 200


def test_the_sdks_own_check_is_a_refusal(plivo: Plivo, client: SmsClient) -> None:
    with pytest.raises(SendRefused, match=r"^arguments: "):
        client.send(sender="0312345678", recipient="+81312345678", text="a", callback_url=CALLBACK)
    assert plivo.requests == []


@pytest.mark.parametrize("status", [408, 429, 501, 503])
def test_known_not_to_be_accepted(plivo: Plivo, client: SmsClient, status: int) -> None:
    plivo.answers = [Answer(status, b"<html>busy</html>", {"Retry-After": "7"})]
    with pytest.raises(SendDelayed, match=f"^HTTP {status}$") as caught:
        send(client)
    assert caught.value.retry_after_s == 7


@pytest.mark.parametrize("text", ["", "soon", "-1", "٣", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_retry_after_in_another_form(plivo: Plivo, client: SmsClient, text: str) -> None:
    header = text.encode().decode("latin-1")
    plivo.answers = [Answer(429, b"", {"Retry-After": header})]
    with pytest.raises(SendDelayed) as caught:
        send(client)
    assert caught.value.retry_after_s is None


@pytest.mark.parametrize("status", [304, 500, 502, 504, 505, 599])
def test_unclear_status(plivo: Plivo, client: SmsClient, status: int) -> None:
    body = b"" if status == 304 else b'{"error": "internal"}'
    plivo.answers = [Answer(status, body)]
    with pytest.raises(SendUnclear, match=f"^HTTP {status}$"):
        send(client)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b"5",
        b'"text"',
        b"{}",
        b'{"message_uuid": []}',
        b'{"message_uuid": null}',
        b'{"message_uuid": "uuid-1"}',
        b'{"message_uuid": [1]}',
        b'{"message_uuid": ["uuid-1", "uuid-2"]}',
        b'{"objects": null}',
    ],
)
@pytest.mark.parametrize("status", [200, 202])
def test_accepted_without_an_id(plivo: Plivo, client: SmsClient, status: int, body: bytes) -> None:
    plivo.answers = [Answer(status, body)]
    with pytest.raises(SendUnclear):
        send(client)


def test_a_time_out_after_sending_is_unclear(plivo: Plivo) -> None:
    plivo.answers = [Answer(delay_s=0.5)]
    with pytest.raises(SendUnclear, match="ReadTimeout"):
        send(SmsClient(AUTH_ID, "token", plivo.url, timeout_s=0.1))
    assert len(plivo.requests) == 1


def test_a_broken_connection_is_unclear(plivo: Plivo, client: SmsClient) -> None:
    plivo.answers = [Answer(reset=True)]
    with pytest.raises(SendUnclear, match="ConnectionError"):
        send(client)
    assert len(plivo.requests) == 1


def test_a_body_cut_short_is_unclear(plivo: Plivo, client: SmsClient) -> None:
    plivo.answers = [Answer(body=b"zz", headers={"Content-Encoding": "gzip"})]
    with pytest.raises(SendUnclear):
        send(client)


def test_a_refused_connection_sent_nothing() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(SendDelayed, match="no connection"):
            send(SmsClient(AUTH_ID, "token", f"http://127.0.0.1:{port}"))


def test_a_time_out_while_connecting_sent_nothing() -> None:
    """A listener whose queue is full lets nobody in."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        client = SmsClient(
            AUTH_ID, "token", f"http://127.0.0.1:{full.getsockname()[1]}", timeout_s=0.2
        )
        with pytest.raises(SendDelayed, match="no connection"):
            send(client)


def test_get(plivo: Plivo, client: SmsClient) -> None:
    plivo.answers = [Answer(200, json.dumps({**line(1), "units": 2, "error_code": None}).encode())]
    report = client.get("uuid-1")
    assert plivo.requests[0].path == f"/v1/Account/{AUTH_ID}/Message/uuid-1/"
    assert report.provider_id == "uuid-1"
    assert report.status is MessageStatus.AWAITING_RESULT
    assert report.units == 2


def test_get_of_an_unknown_message(plivo: Plivo, client: SmsClient) -> None:
    plivo.answers = [Answer(404, b'{"error": "not found"}')]
    with pytest.raises(SendRefused) as caught:
        client.get("uuid-9")
    assert caught.value.code == "404"


@pytest.mark.parametrize(
    "answer",
    [Answer(500), Answer(503), Answer(200, b""), Answer(200, b"null"), Answer(reset=True)],
)
def test_a_failed_question_may_be_asked_again(
    plivo: Plivo, client: SmsClient, answer: Answer
) -> None:
    plivo.answers = [answer]
    with pytest.raises(SendDelayed):
        client.get("uuid-1")
    with pytest.raises(SendDelayed):
        list_page(client)


def test_a_page_of_the_list(plivo: Plivo, client: SmsClient) -> None:
    plivo.answers = [
        page(
            line(1),
            line(2, to_number="819099999999"),
            line(3, from_number="81399999999"),
            line(4, message_time="junk", to_number="+819012345678"),
        )
    ]
    first = SentMessage(
        "uuid-1", "+81312345678", "+819012345678", datetime(2024, 1, 1, 12, 1, tzinfo=UTC)
    )
    fourth = SentMessage("uuid-4", "+81312345678", "+819012345678", None)
    assert list_page(client, offset=40) == ListPage([first, fourth], is_last=True)
    query = {name: values[0] for name, values in plivo.requests[0].query.items()}
    assert query == {
        "from_number": "+81312345678",
        "to_number": "+819012345678",
        "message_direction": "outbound",
        "message_time__gte": "2024-01-01 12:00:00.000000",
        "message_time__lte": "2024-01-01 12:05:00.000000",
        "limit": "20",
        "offset": "40",
    }


def test_a_page_of_all_that_a_sender_sent(plivo: Plivo, client: SmsClient) -> None:
    plivo.answers = [page(line(1), line(2, to_number="819099999999"), line(3, from_number="1"))]
    found = list_page(client, recipient=None).lines
    assert [each.recipient for each in found] == ["+819012345678", "+819099999999"]
    assert "to_number" not in plivo.requests[0].query


@pytest.mark.parametrize(
    ("lines", "follows", "is_last"),
    [
        (0, None, True),
        (19, None, True),
        (20, None, False),
        (20, "/v1/Account/x/Message/?limit=20&offset=20", False),
        (19, "/v1/Account/x/Message/?limit=20&cursor=abc", False),
    ],
)
def test_the_last_page_is_short_and_names_none_after_it(
    plivo: Plivo, client: SmsClient, lines: int, follows: str | None, is_last: bool
) -> None:
    """Taken for the last too early, "not there" would let a message be sent a second time."""
    plivo.answers = [page(*map(line, range(lines)), follows=follows)]
    assert list_page(client).is_last is is_last


@pytest.mark.parametrize("body", [b"{}", b'{"objects": null}', b'{"objects": 5}', b'{"a": 1}'])
def test_a_list_without_lines_is_not_an_empty_one(
    plivo: Plivo, client: SmsClient, body: bytes
) -> None:
    """ "Not found" would let the message be sent a second time."""
    plivo.answers = [Answer(200, body)]
    with pytest.raises(SendDelayed):
        list_page(client)


def test_each_thread_has_its_own_connections(client: SmsClient, plivo: Plivo) -> None:
    sdks: list[object] = []

    def work() -> None:
        send(client)
        sdks.append(client._sdk())
        assert client._sdk() is sdks[-1]

    work()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(plivo.requests) == 2
    assert sdks[0] is not sdks[1]


def test_a_malformed_auth_id_is_refused_at_once() -> None:
    with pytest.raises(AuthenticationError):
        SmsClient("nobody", "token")
