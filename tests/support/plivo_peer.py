"""A server on this machine that answers as Plivo's API would, with what each test tells it to."""

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit

AUTH_ID = "MA" + "X" * 18
ACCEPTED = {"api_id": "x", "message": "message(s) queued", "message_uuid": ["uuid-1"]}


@dataclass
class Answer:
    status: int = 202
    body: bytes = json.dumps(ACCEPTED).encode()
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0
    reset: bool = False


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    authorization: str | None
    thread: int


class Plivo(ThreadingHTTPServer):
    """Gives its answers in turn, the last one for ever; keeps the requests."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = [Answer()]
        self.requests: list[Request] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Plivo
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append(
            Request(
                self.command,
                url.path,
                parse_qs(url.query),
                json.loads(raw) if raw else None,
                self.headers["Authorization"],
                self.client_address[1],
            )
        )
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        sleep(answer.delay_s)
        self.close_connection = True
        if answer.reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[Plivo]:
    with Plivo() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
