"""Answer and digits against bare Flask that checks the signature and inserts one row."""

from __future__ import annotations

import argparse
import uuid

from sqlalchemy import create_engine

from bench.support.floor_tables import make_tables
from bench.support.load import Measured, as_fast_as_answered, in_parts, post, ratio, together
from bench.support.servers import bench
from config import DEVELOPMENT_AUTH_TOKEN

CALLED = "815030000001"
ROUNDS = 5


def call(port: int, path: str, caller: str, call_uuid: str, **more: str) -> bytes:
    params = {
        "CallUUID": call_uuid,
        "From": caller,
        "To": CALLED,
        "Direction": "inbound",
        "CallStatus": "ringing",
        "Event": "StartApp",
        "ParentAuthID": "MADEVELOPMENTTODOKU1",
        "BillRate": "0.00850",
        **more,
    }
    return post(port, path, params, DEVELOPMENT_AUTH_TOKEN)


def answers(port: int, count: int) -> list[bytes]:
    """Calls from mobiles: each owes an SMS at once, the most that an answer does."""
    return [
        call(port, "/ivr/answer", f"8180{10_000_000 + n}", str(uuid.uuid4())) for n in range(count)
    ]


def digits(port: int, count: int, *, prepare: bool) -> list[bytes]:
    """A mobile number keyed in; the calls before it are made here, unmeasured."""
    ids = [str(uuid.uuid4()) for _ in range(count)]
    if prepare:
        begun = [call(port, "/ivr/answer", "anonymous", call_uuid) for call_uuid in ids]
        as_fast_as_answered(port, begun)
    return [
        call(port, "/ivr/digits?attempt=1", "anonymous", each, Digits=f"080{20_000_000 + n}")
        for n, each in enumerate(ids)
    ]


def compare(name: str, floor_port: int, port: int, floor: list[bytes], ours: list[bytes]) -> None:
    measured: tuple[list[Measured], list[Measured]] = ([], [])
    for floor_part, our_part in zip(in_parts(floor, ROUNDS), in_parts(ours, ROUNDS), strict=True):
        measured[0].append(as_fast_as_answered(floor_port, floor_part))
        measured[1].append(as_fast_as_answered(port, our_part))
    floors, product = together(measured[0]), together(measured[1])
    print(f"{name:8} floor   {floors}")
    print(f"{name:8} product {product}")
    tail = product.percentile(99) / floors.percentile(99)
    print(f"{name:8} {ratio(measured[1], measured[0]):.2f} × the floor, p99 {tail:.2f} × its p99")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    count = 500 if parser.parse_args().quick else 5000
    with bench() as servers:
        make_tables(create_engine(servers.database_url))
        floor_port = servers.serve_floor()
        port = servers.serve("ivr_webhooks.wsgi:application")
        for warm_port in (floor_port, port):
            as_fast_as_answered(warm_port, answers(warm_port, 200))
        compare("answer", floor_port, port, answers(floor_port, count), answers(port, count))
        compare(
            "digits",
            floor_port,
            port,
            digits(floor_port, count, prepare=False),
            digits(port, count, prepare=True),
        )


if __name__ == "__main__":
    main()
