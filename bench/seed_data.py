"""Fills a migrated PostgreSQL database as two years of use would: messages, their calls,
hand-overs, short URLs and clicks, of 200 accounts, one of which has three in ten. The same rows
each time."""

from __future__ import annotations

import argparse
import time
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import psycopg
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from app.domain import japan_days
from bench.support import seed_rows
from bench.support.bare_tables import bare
from bench.support.seed_rows import COLUMNS, Day
from bench.support.seed_tenants import Tenants, add_tenants

DAYS = 730
BUSY_DAYS = 90
SHARE_OF_BUSY_DAYS = 0.6
DAY_MS = 86_400_000
SEED = 7
FAST_SETTINGS = {
    "synchronous_commit": "off",
    "maintenance_work_mem": "1GB",
    "max_parallel_maintenance_workers": "2",
}


def fill(database_url: str, rows: int) -> Tenants:
    """`rows` messages and a few more calls, until the last midnight in Japan."""
    engine = create_engine(database_url)
    tenants = add_tenants(engine)
    engine.dispose()
    chance = np.random.default_rng(SEED)
    with psycopg.connect(_plain(database_url), autocommit=True) as connection:
        for name, value in FAST_SETTINGS.items():
            connection.execute(f"SET {name} = '{value}'".encode())
        with bare(connection, list(COLUMNS)):
            for day in _days(rows):
                for table, lines in seed_rows.lines(day, tenants, chance).items():
                    _copy(connection, table, lines)
    return tenants


def until() -> datetime:
    """Before it everything happened."""
    return japan_days.day_start_utc(japan_days.today())


def _days(rows: int) -> list[Day]:
    """Each day's part: little in the past, most in the last three months."""
    weights = np.full(DAYS, (1 - SHARE_OF_BUSY_DAYS) / (DAYS - BUSY_DAYS))
    weights[-BUSY_DAYS:] = SHARE_OF_BUSY_DAYS / BUSY_DAYS
    bounds = np.concatenate(([0], np.rint(np.cumsum(weights) * rows).astype(int))).tolist()
    start = until() - timedelta(days=DAYS)
    first_ms = int(start.timestamp() * 1000)
    return [
        Day(first_ms + place * DAY_MS, DAY_MS, bounds[place], bounds[place + 1] - bounds[place])
        for place in range(DAYS)
    ]


def _copy(connection: psycopg.Connection[Any], table: str, lines: str) -> None:
    statement = f"COPY {table} ({COLUMNS[table]}) FROM STDIN".encode()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(lines)


def _plain(database_url: str) -> str:
    return make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database_url", help="migrated, of the form postgresql+psycopg://…")
    parser.add_argument("--rows", type=int, default=10_000_000)
    arguments = parser.parse_args()
    began = time.monotonic()
    tenants = fill(arguments.database_url, arguments.rows)
    print(f"{arguments.rows:,} messages in {time.monotonic() - began:.0f} s")
    print(f"The largest account has the id {tenants.largest}.")


if __name__ == "__main__":
    main()
