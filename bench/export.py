"""The delivery log as a CSV file of a million rows: how fast beside the database's own bare COPY of
the same rows, how much memory the portal needs for it, and what callers notice meanwhile."""

from __future__ import annotations

import argparse
import multiprocessing
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import psutil
import psycopg
import requests
from sqlalchemy.engine import make_url

from app.domain import demo_logins, japan_days
from bench.support import seed_rows
from bench.support.bare_tables import bare
from bench.support.load import Measured, at_rate
from bench.support.seed_rows import COLUMNS, Day
from bench.support.seed_tenants import Line, Tenants
from bench.support.servers import bench
from bench.webhooks import answers

WHO = "senior-admin@demo.example"
DAYS = 60
ROUNDS = 3
CALLS_PER_S = 20  # twice what Plivo lets through of one account
CALLS = 400
MIB = 1 << 20
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
LINE = """
    SELECT n.account_id, n.id, v.id, n.number
    FROM incoming_number n JOIN flow f ON f.incoming_number_id = n.id
    JOIN flow_version v ON v.flow_id = f.id
    WHERE n.number = '+815030000001' LIMIT 1
"""
BARE = """
    COPY (SELECT * FROM message WHERE account_id = {} AND accepted_at >= '{}'
    ORDER BY accepted_at DESC, id DESC) TO STDOUT (FORMAT csv)
"""
"""The rows as the table has them, in the file's order."""


@dataclass(frozen=True)
class Download:
    rows: int
    size: int
    first_byte_s: float
    seconds: float

    @property
    def per_s(self) -> float:
        return self.rows / self.seconds


def fill(connection: psycopg.Connection[Any], rows: int) -> int:
    """All of them of one account, whose id is returned, in the last DAYS days."""
    found = connection.execute(LINE).fetchone()
    assert found, "the demo has a published flow"
    line = Line(*found)
    tenants = Tenants([line], np.ones(1))
    chance = np.random.default_rng(7)
    start = japan_days.day_start_utc(japan_days.today()) - timedelta(days=DAYS)
    day_ms, a_day = 86_400_000, rows // DAYS + 1
    with bare(connection, list(COLUMNS)):
        for number in range(DAYS):
            first_ms = int(start.timestamp() * 1000) + number * day_ms
            day = Day(first_ms, day_ms, number * a_day, a_day)
            for table, lines in seed_rows.lines(day, tenants, chance).items():
                statement = f"COPY {table} ({COLUMNS[table]}) FROM STDIN".encode()
                with connection.cursor() as cursor, cursor.copy(statement) as copy:
                    copy.write(lines)
    return line.account_id


def sign_in(address: str) -> requests.Session:
    browser = requests.Session()
    token = TOKEN.search(browser.get(f"{address}/sign-in").text)
    assert token, "the sign-in page has a form"
    form = {"csrf_token": token[1], "mail_address": WHO, "password": demo_logins.PASSWORD}
    browser.post(f"{address}/sign-in", data=form).raise_for_status()
    return browser


def download(browser: requests.Session, url: str) -> Download:
    began = time.perf_counter()
    rows, size, first_byte_s = -1, 0, 0.0  # the header is no row
    with browser.get(url, stream=True, allow_redirects=False) as answer:
        assert answer.status_code == 200, answer.status_code
        for chunk in answer.iter_content(MIB):
            first_byte_s = first_byte_s or time.perf_counter() - began
            rows += chunk.count(b"\n")  # no text here has more than one line
            size += len(chunk)
    return Download(rows, size, first_byte_s, time.perf_counter() - began)


def bare_copy(connection: psycopg.Connection[Any], account_id: int) -> Download:
    since = japan_days.day_start_utc(japan_days.today()) - timedelta(days=DAYS)
    statement = BARE.format(account_id, since.isoformat()).encode()
    began = time.perf_counter()
    rows = size = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in copy:
            rows += 1
            size += len(row)
    return Download(rows, size, 0.0, time.perf_counter() - began)


@contextmanager
def peak_memory_mib(port: int) -> Iterator[list[float]]:
    """Filled with by how much the program on this port grew at the most, without its children."""
    listening = {
        each.pid
        for each in psutil.net_connections()
        if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port and each.pid
    }
    workers = [psutil.Process(pid) for pid in listening]  # gunicorn's arbiter is one of them
    before = sum(each.memory_info().rss for each in workers)
    peak, over = [before], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            peak.append(sum(each.memory_info().rss for each in workers))

    watcher = threading.Thread(target=watch)
    watcher.start()
    grown: list[float] = []
    try:
        yield grown
    finally:
        over.set()
        watcher.join()
        grown.append((max(peak) - before) / MIB)


def calls_meanwhile(port: int, browser: requests.Session, url: str) -> Measured:
    """Calls at a steady rate while one download follows the other, read by a process of its own."""
    reader = multiprocessing.get_context("spawn").Process(target=read_on, args=(browser, url))
    reader.start()
    try:
        return at_rate(port, answers(port, CALLS), CALLS_PER_S)
    finally:
        reader.kill()
        reader.join()


def read_on(browser: requests.Session, url: str) -> None:
    while True:
        download(browser, url)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    count = 100_000 if parser.parse_args().quick else 1_000_000
    with bench() as servers:
        plain = make_url(servers.database_url).set(drivername="postgresql")
        connection = psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)
        account_id = fill(connection, count)
        portal = servers.serve("app.portal.wsgi:application")
        webhooks = servers.serve("ivr_webhooks.wsgi:application")
        address = f"http://127.0.0.1:{portal}"
        today = japan_days.today()
        days = f"since={today - timedelta(days=DAYS)}&until={today}"
        url = f"{address}/deliveries/download.csv?{days}"
        browser = sign_in(address)
        at_rate(webhooks, answers(webhooks, 100), CALLS_PER_S)
        idle = at_rate(webhooks, answers(webhooks, CALLS), CALLS_PER_S)

        ratios = []
        with peak_memory_mib(portal) as grown:
            for _ in range(ROUNDS):
                floor, ours = bare_copy(connection, account_id), download(browser, url)
                assert ours.rows >= floor.rows >= count, (ours, floor)
                ratios.append(ours.per_s / floor.per_s)
                print(
                    f"csv      {ours.per_s:9,.0f} rows/s ({ours.size / MIB:.0f} MiB, first byte "
                    f"{ours.first_byte_s * 1000:.0f} ms)   bare COPY {floor.per_s:9,.0f} rows/s"
                )
        print(f"csv      {sorted(ratios)[ROUNDS // 2]:.2f} × the bare COPY (aim: 0.6)")
        print(f"csv      the portal grew by {grown[0]:.0f} MiB at most (aim: below 50)")
        shift_jis = download(browser, f"{url}&encoding=shift_jis")
        print(f"sjis     {shift_jis.per_s:9,.0f} rows/s")

        busy = calls_meanwhile(webhooks, browser, url)
        print(f"calls    idle       {idle}\ncalls    downloads  {busy}")
        print(f"calls    p99 {busy.percentile(99) / idle.percentile(99):.2f} × idle (aim: below 2)")
        with peak_memory_mib(portal) as grown:
            began = time.perf_counter()
            xlsx = download(browser, url.replace(".csv", ".xlsx"))
        print(
            f"xlsx     {count / (time.perf_counter() - began):9,.0f} rows/s, "
            f"{xlsx.size / MIB:.0f} MiB, the portal grew by {grown[0]:.0f} MiB"
        )
        connection.close()


if __name__ == "__main__":
    main()
