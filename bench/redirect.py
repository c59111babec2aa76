"""A short link followed, against bare Flask with one SELECT."""

from __future__ import annotations

import argparse
import uuid

from sqlalchemy import create_engine, text

from bench.support.floor_tables import links, make_tables
from bench.support.load import Measured, as_fast_as_answered, get, ratio, together
from bench.support.servers import bench
from bench.webhooks import ROUNDS, call


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    count = 200 if parser.parse_args().quick else 2000
    with bench() as servers:
        engine = create_engine(servers.database_url)
        make_tables(engine)
        floor_port = servers.serve_floor()
        port = servers.serve("ivr_webhooks.wsgi:application")
        as_fast_as_answered(port, [call(port, "/ivr/answer", "818012345678", str(uuid.uuid4()))])
        with engine.begin() as connection:
            code, target = connection.execute(
                text("SELECT code, target FROM short_url ORDER BY created_at DESC LIMIT 1")
            ).one()
            connection.execute(links.insert(), {"code": code, "target": target})
        measured: tuple[list[Measured], list[Measured]] = ([], [])
        for _ in range(ROUNDS):
            for which, each_port in enumerate((floor_port, port)):
                wanted = [get(each_port, f"/{code}")] * count
                measured[which].append(as_fast_as_answered(each_port, wanted, expect=302))
        print(f"floor   {together(measured[0])}")
        print(f"product {together(measured[1])}")
        print(f"redirect {ratio(measured[1], measured[0]):.2f} × the floor")
        engine.dispose()


if __name__ == "__main__":
    main()
