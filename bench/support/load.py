"""Requests over kept connections, prepared beforehand, so that asking costs next to nothing."""

from __future__ import annotations

import itertools
import socket
import statistics
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from simulator.signature import signed_headers

CONNECTIONS = 8
ANSWERED_WITHIN_S = 20


@dataclass(frozen=True)
class Measured:
    """Latencies in ms, sorted; `seconds` it all took."""

    latencies_ms: list[float]
    seconds: float

    @property
    def per_s(self) -> float:
        return len(self.latencies_ms) / self.seconds

    def percentile(self, percent: float) -> float:
        return self.latencies_ms[
            min(int(len(self.latencies_ms) * percent / 100), len(self.latencies_ms) - 1)
        ]

    def __str__(self) -> str:
        return (
            f"{self.per_s:7.0f}/s   p50 {self.percentile(50):6.1f} ms   "
            f"p95 {self.percentile(95):6.1f} ms   p99 {self.percentile(99):6.1f} ms"
        )


def post(port: int, path: str, params: dict[str, str], auth_token: str) -> bytes:
    """A signed webhook request."""
    url = f"http://127.0.0.1:{port}{path}"
    body = "&".join(f"{name}={value}" for name, value in params.items()).replace("+", "%2B")
    headers = {
        "Host": f"127.0.0.1:{port}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
        **signed_headers("POST", url, params, auth_token),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n{body}".encode()


def get(port: int, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()


def as_fast_as_answered(port: int, requests: Iterable[bytes], *, expect: int = 200) -> Measured:
    """All requests, over CONNECTIONS at once."""
    waiting = iter(requests)
    lock = threading.Lock()
    latencies: list[float] = []

    def work() -> None:
        with _Connection(port) as connection:
            while True:
                with lock:
                    request = next(waiting, None)
                if request is None:
                    return
                began = time.perf_counter()
                connection.ask(request, expect)
                latencies.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for done in [pool.submit(work) for _ in range(CONNECTIONS)]:
            done.result()
    return Measured(sorted(latencies), time.perf_counter() - began)


def at_rate(port: int, requests: Iterable[bytes], per_s: float, *, expect: int = 200) -> Measured:
    """Each at its time, whatever became of those before: latency counts from the time it was due,
    so a stalled server is seen."""
    numbered = enumerate(requests)
    lock = threading.Lock()
    latencies: list[float] = []
    began = time.perf_counter()

    def work() -> None:
        with _Connection(port) as connection:
            while True:
                with lock:
                    number, request = next(numbered, (0, None))
                if request is None:
                    return
                due = began + number / per_s
                time.sleep(max(0.0, due - time.perf_counter()))
                connection.ask(request, expect)
                latencies.append((time.perf_counter() - due) * 1000)

    with ThreadPoolExecutor(CONNECTIONS * 4) as pool:
        for done in [pool.submit(work) for _ in range(CONNECTIONS * 4)]:
            done.result()
    return Measured(sorted(latencies), time.perf_counter() - began)


def in_parts(requests: list[bytes], rounds: int) -> Iterator[list[bytes]]:
    size = len(requests) // rounds
    for number in range(rounds):
        yield requests[number * size : (number + 1) * size]


def ratio(ours: Iterable[Measured], floors: Iterable[Measured]) -> float:
    """The median of the rounds' ratios of requests per second."""
    return statistics.median(
        our.per_s / floor.per_s for our, floor in zip(ours, floors, strict=True)
    )


def together(rounds: Iterable[Measured]) -> Measured:
    measured = list(rounds)
    latencies = itertools.chain.from_iterable(each.latencies_ms for each in measured)
    return Measured(sorted(latencies), sum(each.seconds for each in measured))


class _Connection:
    """Opened anew when the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def ask(self, request: bytes, expect: int) -> None:
        answer = self._try(request) or self._try(request)
        if not answer.startswith(f"HTTP/1.1 {expect} ".encode()):
            raise AssertionError(f"not {expect}: {answer[:300]!r}")
        if b"connection: close" in answer.lower():
            self._close()

    def _try(self, request: bytes) -> bytes:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), ANSWERED_WITHIN_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._socket.sendall(request)
            answer = self._read(self._socket)
        except ConnectionError:
            answer = b""
        if not answer:
            self._close()
        return answer

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        answer = connection.recv(65_536)
        while answer and b"\r\n\r\n" not in answer:
            answer += connection.recv(65_536)
        head, _, body = answer.partition(b"\r\n\r\n")
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            ),
            0,
        )
        while len(body) < length:
            body += connection.recv(65_536)
        return head

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
