"""A download that breaks in the middle is none: the browser says that it failed, and keeps no file
that looks whole."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page

from app.domain import demo_logins
from chaos.parts import ROOT, Program, inherited
from run import gunicorn_command
from tests.support.plugin_services import plain_url
from tests.support.services.postgresql import SETTINGS, PostgreSQL
from tests.support.services.processes import free_port

ROWS = 100_000  # nobody is through with them before the database is dead
CALLS = """
    INSERT INTO call (id, account_id, provider_call_id, called, state, attempt, started_at)
    SELECT gen_random_uuid(), 1, n::text, '+815030000001', 'announced', 0, now() - n * interval '1s'
    FROM generate_series(1, %s) n
"""
MESSAGES = """
    INSERT INTO message (id, account_id, call_id, incoming_number, sender, recipient, body, text,
        units, parts, status, accepted_at, queued_at, next_attempt_at, attempts, delays, resends)
    SELECT gen_random_uuid(), 1, id, called, '0312345678', '+819012345678', 'ご案内', 'ご案内', 3,
        1, 'delivered', started_at, started_at, started_at, 1, 0, 0
    FROM call WHERE state = 'announced' AND attempt = 0 AND provider_call_id ~ '^[0-9]+$'
"""


@dataclass
class Portal:
    """Served by gunicorn, as in production, on a database that can be killed."""

    port: int
    database: PostgreSQL


@pytest.fixture
def portal() -> Iterator[Portal]:
    folder = Path(tempfile.mkdtemp(prefix="todoku-broken-"))
    folder.chmod(0o755)  # the user postgres has to get to its files in it
    database = PostgreSQL(folder / "postgresql", SETTINGS)
    try:
        url = database.address["url"]
        environment = {**inherited(), "DATABASE_URL": url, "STATE_DIR": str(folder / "state")}
        subprocess.run([sys.executable, "run.py", "setup"], cwd=ROOT, env=environment, check=True)
        with psycopg.connect(plain_url(url)) as connection:
            connection.execute(CALLS.encode(), [ROWS])
            connection.execute(MESSAGES.encode())
        port = free_port()
        command = gunicorn_command("app.portal.wsgi:application", port)
        program = Program(command, environment, port, folder / "portal.log")
        try:
            yield Portal(port, database)
        finally:
            program.kill()
    finally:
        database.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _sign_in(page: Page, portal: Portal) -> str:
    """Returns the address of the portal."""
    address = f"http://127.0.0.1:{portal.port}"
    page.goto(f"{address}/sign-in")
    page.locator("#mail_address").fill("senior-admin@demo.example")
    page.locator("#password").fill(demo_logins.PASSWORD)
    page.locator("form .button--primary").click()
    page.wait_for_url(f"{address}/numbers/")
    return address


@pytest.mark.slow
def test_the_database_dies_while_a_file_is_read(page: Page, portal: Portal) -> None:
    address = _sign_in(page, portal)
    cookies = "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())
    reading = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=60)
    reading.request("GET", "/deliveries/download.csv", headers={"Cookie": cookies})
    answer = reading.getresponse()
    assert answer.status == 200
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert answer.read(1000).startswith(b"\xef\xbb\xbf")
    portal.database.kill()
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()
    reading.close()

    portal.database.start()
    page.goto(f"{address}/deliveries/")
    with page.expect_download() as downloading:
        page.locator("button[formaction='/deliveries/download.csv']").first.click()
    portal.database.kill()
    assert downloading.value.failure() is not None
