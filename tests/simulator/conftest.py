"""The real simulator in its own process, a webhook peer in this one, and Plivo's real SDK."""

import io
import math
import os
import socket
import struct
import subprocess
import sys
import threading
import time
import uuid
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import plivo
import pytest
import requests
from flask import Flask, Response, request
from plivo.utils import validate_v3_signature
from requests.adapters import HTTPAdapter
from werkzeug.serving import make_server

ROOT = Path(__file__).parents[2]
AUTH_ID, AUTH_TOKEN = "MATESTTESTTESTTEST01", "test-token"
SPEED = 500
PATIENCE_S = 30


def tone(rate_hz: int = 8000, seconds: float = 1.0, channels: int = 1, width: int = 2) -> bytes:
    """A PCM WAV one can hear."""
    frames = int(rate_hz * seconds)
    samples = [int(9000 * math.sin(n * 0.3)) for n in range(frames * channels)]
    data = io.BytesIO()
    with wave.open(data, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(rate_hz)
        if width == 2:
            sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))
        else:
            sound.writeframes(bytes(128 + sample // 256 for sample in samples))
    return data.getvalue()


class Peer:
    """A customer's server: answers what a test puts there, records and checks every request.

    Each test has addresses of its own: a report that the simulator still owes to the test before
    it may come at any time, and is turned away.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.unsigned: list[str] = []
        self.answers: dict[str, Callable[[dict[str, str]], Any]] = {}
        app = Flask("peer")
        app.add_url_rule("/<path:path>", view_func=self._serve, methods=["GET", "POST"])
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._test = ""
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where the paths of this test begin."""
        return f"{self.origin}/{self._test}"

    def _serve(self, path: str) -> Any:
        test, _, path = path.partition("/")
        if test != self._test:
            return Response(status=410)
        params = request.values.to_dict()
        if not path.endswith((".wav", ".mp3")):
            self._check_signature()
        self.requests.append((f"/{path}", params))
        answer = self.answers.get(f"/{path}")
        return answer(params) if answer else Response(status=404)

    def _check_signature(self) -> None:
        headers = request.headers
        nonce = headers.get("X-Plivo-Signature-V3-Nonce", "")
        for name in ("X-Plivo-Signature-V3", "X-Plivo-Signature-Ma-V3"):
            if not validate_v3_signature(
                request.method,
                request.url,
                nonce,
                AUTH_TOKEN,
                headers.get(name, ""),
                request.form.to_dict() if request.method == "POST" else {},
            ):
                self.unsigned.append(request.url)

    def xml(self, path: str, *bodies: str) -> None:
        """Answers with each body in turn, then with the last again."""
        left = list(bodies)

        def answer(params: dict[str, str]) -> Response:
            body = left.pop(0) if len(left) > 1 else left[0]
            return Response(body, mimetype="application/xml")

        self.answers[path] = answer

    def status(self, path: str, *statuses: int) -> None:
        """Answers with each status in turn, then with the last again."""
        left = list(statuses)
        self.answers[path] = lambda params: Response(
            status=left.pop(0) if len(left) > 1 else left[0]
        )

    def audio(self, path: str, data: bytes, mimetype: str = "audio/wav") -> str:
        self.answers[path] = lambda params: Response(data, mimetype=mimetype)
        return self.url + path

    def to(self, path: str) -> list[dict[str, str]]:
        """The parameters of the requests to ``path`` so far."""
        return [params for seen, params in self.requests if seen == path]

    def reset(self) -> None:
        self._test = f"test-{uuid.uuid4().hex}"
        self.requests.clear()
        self.unsigned.clear()
        self.answers.clear()
        self.status("/ivr/hangup", 200)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Simulator:
    """The process under test, spoken to over HTTP."""

    def __init__(self, port: int, http: requests.Session) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.http = http

    def ask(self, base_url: str) -> None:
        """Of every call from now on."""
        applications = f"{self.url}/v1/Account/{AUTH_ID}/Application/"
        auth = (AUTH_ID, AUTH_TOKEN)
        [default] = self.http.get(applications, auth=auth).json()["objects"]
        urls = {
            "answer_url": f"{base_url}/ivr/answer",
            "hangup_url": f"{base_url}/ivr/hangup",
            "fallback_answer_url": f"{base_url}/ivr/fallback",
        }
        address = f"{applications}{default['app_id']}/"
        assert self.http.post(address, json=urls, auth=auth).status_code == 202

    def call(self, **wanted: Any) -> list[dict[str, Any]]:
        """Every step of one call."""
        body = {"from": "09012345678", "to": "05030000001", "speed": SPEED, **wanted}
        with self.http.post(f"{self.url}/simulator/calls", json=body, stream=True) as response:
            assert response.status_code == 200, response.text
            return [step for line in response.iter_lines() if line for step in [_json(line)]]

    def inbox(self, number: str) -> list[dict[str, Any]]:
        return self.http.get(f"{self.url}/simulator/handsets/{number}").json()["sms"]

    def await_messages(self, number: str, count: int = 1) -> list[dict[str, Any]]:
        """Messages to ``number`` once ``count`` of them have settled."""
        return eventually(
            lambda: self.http.get(f"{self.url}/simulator/handsets/{number}").json()["messages"],
            lambda found: sum(message["settled"] for message in found) >= count,
        )


def _json(line: bytes) -> dict[str, Any]:
    return requests.compat.json.loads(line)


def eventually(read: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
    """Reads until it holds; fails after 30 seconds with what was last read."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds(found := read()):
        assert time.monotonic() < deadline, f"never came true, last: {found!r}"
        time.sleep(0.01)
    return found


@pytest.fixture(name="eventually", scope="session")
def _eventually() -> Callable[..., Any]:
    return eventually


@pytest.fixture(name="tone", scope="session")
def _tone() -> Callable[..., bytes]:
    return tone


@pytest.fixture(scope="session")
def _running_peer() -> Iterator[Peer]:
    running = Peer()
    yield running
    running.close()


@pytest.fixture(scope="session")
def environment(_running_peer: Peer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return os.environ | {
        "SIMULATOR_PORT": str(port),
        "SIMULATOR_SPEED": str(SPEED),
        "STATE_DIR": str(tmp_path_factory.mktemp("state")),
        "PLIVO_AUTH_ID": AUTH_ID,
        "PLIVO_AUTH_TOKEN": AUTH_TOKEN,
        "PUBLIC_BASE_URL": _running_peer.origin,
    }


@pytest.fixture(scope="session")
def _running_simulator(environment: dict[str, str]) -> Iterator[Simulator]:
    process = subprocess.Popen([sys.executable, "-m", "simulator"], cwd=ROOT, env=environment)
    with requests.Session() as http:
        running = Simulator(int(environment["SIMULATOR_PORT"]), http)
        eventually(lambda: _is_up(running.url), bool)
        assert process.poll() is None, "another program has taken the port"
        yield running
    process.terminate()
    assert process.wait(PATIENCE_S) == 0


def _is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=1).status_code == 200
    except requests.RequestException:
        return False


@pytest.fixture
def peer(_running_peer: Peer) -> Iterator[Peer]:
    _running_peer.reset()
    yield _running_peer
    assert _running_peer.unsigned == []


@pytest.fixture
def simulator(_running_simulator: Simulator, peer: Peer) -> Simulator:
    response = _running_simulator.http.post(f"{_running_simulator.url}/simulator/reset")
    assert response.status_code == 204
    _running_simulator.ask(peer.url)
    return _running_simulator


class _ToSimulator(HTTPAdapter):
    """Sends what the SDK addresses to api.plivo.com to the simulator."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = urlsplit(base)

    def send(self, prepared: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        parts = urlsplit(str(prepared.url))
        prepared.url = parts._replace(scheme=self._base.scheme, netloc=self._base.netloc).geturl()
        return super().send(prepared, **kwargs)


@pytest.fixture
def plivo_client(simulator: Simulator) -> Iterator[Callable[..., plivo.RestClient]]:
    """Makes SDK clients that talk to the simulator."""
    made: list[plivo.RestClient] = []

    def client(
        auth_id: str = AUTH_ID, auth_token: str = AUTH_TOKEN, timeout: float = 5
    ) -> plivo.RestClient:
        made.append(plivo.RestClient(auth_id, auth_token, timeout=timeout))
        made[-1].session.mount("https://api.plivo.com", _ToSimulator(simulator.url))
        return made[-1]

    yield client
    for each in made:
        each.session.close()
        each.multipart_session.close()
