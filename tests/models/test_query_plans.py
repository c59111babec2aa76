"""With many rows PostgreSQL reads none of the large tables from end to end, whatever is asked.

The statements are those that the programs really send: a new query on a screen or in a sweep is
judged without being named here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import event, select
from sqlalchemy.engine import make_url

from app import clock
from app.domain import japan_days
from app.models import (
    call,
    database,
    link_click,
    message,
    message_at_once,
    message_queue,
    number_use,
    one_statement,
    past_calls,
    send_attempt,
    short_url,
)
from app.models.incoming_number import IncomingNumber
from app.models.message_queue import Claim
from app.models.tenant_scope import all_companies
from app.services import call_counting
from bench import seed_data
from bench.log_pages import MEMBER, OPERATOR, Portal
from bench.support.log_cases import cases_of_member, cases_of_operator
from bench.support.seed_rows import COLUMNS
from migrations.commands import upgrade
from tests.support.plugin_services import plain_url

pytestmark = pytest.mark.slow

ROWS = 30_000
LARGE = frozenset(COLUMNS)
NOBODYS = Claim(uuid.uuid4(), 1, "0312345678", "+819012345678", "…", clock.now())
Statements = dict[str, Any]
"""With the parameters of the last time it was sent."""


@contextmanager
def migrated(server_url: str) -> Iterator[str]:
    name = f"plans_{uuid.uuid4().hex}"
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(plain_url(server_url), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        upgrade(url)
        yield url
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def empty(postgresql_server: str) -> Iterator[str]:
    with migrated(postgresql_server) as url:
        yield url


@pytest.fixture(scope="module")
def seeded(postgresql_server: str) -> Iterator[str]:
    with migrated(postgresql_server) as url:
        seed_data.fill(url, ROWS)
        yield url


@pytest.fixture(scope="module")
def portal(seeded: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    portal = Portal(seeded, tmp_path_factory.mktemp("state"))
    yield portal
    portal.engine.dispose()
    database.session.remove()
    database.session.get_bind().dispose()  # type: ignore[union-attr]


@contextmanager
def sent() -> Iterator[Statements]:
    """What is sent to the database inside it."""
    statements: Statements = {}

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements[statement] = parameters

    def noted(statement: str, parameters: Mapping[str, Any]) -> Any:
        statements[statement.strip()] = parameters
        return one_statement.execute(statement, parameters)

    engine = database.session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(message_at_once, "execute", noted)
        yield statements
    event.remove(engine, "before_cursor_execute", note)


def read_from_end_to_end(url: str, statements: Statements) -> list[str]:
    """Those statements that would read a large table so, with the conditions of its rows."""
    found = []
    with psycopg.connect(plain_url(url)) as connection:
        connection.execute("SET plan_cache_mode = force_custom_plan")
        for statement, parameters in statements.items():
            if statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
                explained = connection.execute(
                    f"EXPLAIN (FORMAT JSON) {statement}".encode(), parameters
                ).fetchone()
                assert explained is not None
                found += [f"{each}: {statement}" for each in _scans(explained[0][0]["Plan"])]
    return found


def _scans(node: Mapping[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE:
        yield f"{node['Relation Name']}, {node.get('Filter', 'all rows')}"
    for part in node.get("Plans", ()):
        yield from _scans(part)


def test_the_check_sees_a_scan(seeded: str, portal: Portal) -> None:
    with all_companies("test"), sent() as statements:
        database.session.execute(select(message.Message.id).where(message.Message.parts > 99))
    assert len(read_from_end_to_end(seeded, statements)) == 1


@pytest.mark.parametrize(
    ("who", "cases"), [(MEMBER, cases_of_member), (OPERATOR, cases_of_operator)]
)
def test_every_log_search_and_count(seeded: str, portal: Portal, who: str, cases: Any) -> None:
    searches = list(cases(portal.engine, portal.largest))
    with sent() as statements:
        for case in searches:
            for address in case.addresses[:1]:
                assert portal.visitors[who].get(address).status_code == 200, address
    assert sum("FROM message" in statement for statement in statements) > 5
    assert read_from_end_to_end(seeded, statements) == []


def test_the_page_of_a_message_and_of_a_call(seeded: str, portal: Portal) -> None:
    with portal.engine.connect() as connection:
        message_id, call_id = connection.execute(
            select(message.Message.id, message.Message.call_id)
            .where(message.Message.account_id == portal.largest)
            .limit(1)
        ).one()
    with sent() as statements:
        for who, address in (
            (MEMBER, f"/deliveries/{message_id}"),
            (OPERATOR, f"/back-office/messages/{message_id}"),
            (OPERATOR, f"/back-office/calls/{call_id}"),
        ):
            assert portal.visitors[who].get(address).status_code == 200, address
    assert read_from_end_to_end(seeded, statements) == []


def test_call_counts(seeded: str, portal: Portal) -> None:
    yesterday = japan_days.today() - timedelta(days=1)
    with sent() as statements:
        answer = portal.visitors[MEMBER].get(f"/calls/?since={yesterday}&until={yesterday}")
        assert answer.status_code == 200
        call_counting.days_due()
        call_counting.days_kept()
        call_counting.count_day(yesterday)
    assert read_from_end_to_end(seeded, statements) == []


def test_sweeps_webhooks_and_retention(seeded: str, portal: Portal) -> None:
    now = clock.now()
    with portal.engine.connect() as connection:
        code = connection.scalar(select(short_url.ShortUrl.code).limit(1)) or ""
        number_id = connection.scalar(select(IncomingNumber.id).limit(1)) or 0
    with all_companies("test"), sent() as statements:
        message_queue.claim_next(now, queued_after=now)
        message_at_once.claim_next(now, queued_after=now)
        message_at_once.record_accepted(NOBODYS, "a message of Plivo's", now)
        message_queue.count_due(now, 100)
        message_queue.settle_expired(now, queued_until=now - timedelta(days=1))
        message.take_unclear(now, claimed_before=now, until=now, limit=100)
        message.leave_unclear(now, [uuid.uuid4()])
        message.claimed([uuid.uuid4()])
        message.claimed_to(["+819012345678"])
        message.unreported(now, 100)
        message.to_resend(now, 100)
        message.settle_unknown(now)
        message.lock(uuid.uuid4())
        call.lock("a call of Plivo's")
        send_attempt.holder_of("a message of Plivo's")
        short_url.link_of(code)
        link_click.note_opened({code: now})
        number_use.is_used(number_id)
        calls = past_calls.lock_oldest(now - timedelta(days=720), None, 5)
        past_calls.lock_oldest(now - timedelta(days=720), calls[-1], 5)
        past_calls.delete_all([place.id for place in calls])
        database.session.rollback()
    assert calls
    assert read_from_end_to_end(seeded, statements) == []


def test_references_are_found_by_an_index(seeded: str, portal: Portal) -> None:
    """A row that others refer to is deleted only after they were looked for."""
    lookups = {
        "message": "SELECT 1 FROM message WHERE call_id = %s",
        "send_attempt": "SELECT 1 FROM send_attempt WHERE message_id = %s",
        "short_url": "SELECT 1 FROM short_url WHERE message_id = %s",
    }
    statements = dict.fromkeys(lookups.values(), (uuid.uuid4(),))
    statements["SELECT 1 FROM link_click WHERE code = %s"] = ("abcdefgh",)  # type: ignore[assignment]
    statements["SELECT 1 FROM call WHERE incoming_number_id = %s"] = (1,)  # type: ignore[assignment]
    assert read_from_end_to_end(seeded, statements) == []


def test_a_plan_made_while_the_tables_were_empty(empty: str) -> None:
    """A connection keeps the plan that it made for a statement without its parameters, and may
    have made it on a new installation."""
    now = clock.now()
    database.configure(empty)
    with sent() as statements:
        message_at_once.claim_next(now, queued_after=now)
        message_at_once.record_accepted(NOBODYS, "a message of Plivo's", now)
    database.session.get_bind().dispose()  # type: ignore[union-attr]
    assert len(statements) == 2
    with psycopg.connect(plain_url(empty)) as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        for number, (statement, parameters) in enumerate(statements.items()):
            places = {name: f"${place}" for place, name in enumerate(parameters, start=1)}
            connection.execute(f"PREPARE kept_{number} AS {statement % places}".encode())
            values = ", ".join(f"%({name})s" for name in parameters)
            cursor = psycopg.ClientCursor(connection)
            cursor.execute(
                f"EXPLAIN (FORMAT JSON) EXECUTE kept_{number}({values})".encode(), parameters
            )
            explained = cursor.fetchone()
            assert explained is not None
            assert list(_scans(explained[0][0]["Plan"])) == []
