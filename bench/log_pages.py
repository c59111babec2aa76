"""How long the portal works on a page of the logs with 10 million messages and as many calls,
against the same with a hundredth of them: the largest account's log, and all accounts' in the back
office. Both are asked in turn, so that what else the machine does meets both."""

from __future__ import annotations

import argparse
import gc
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session
from werkzeug.test import Client

from app.domain import passwords
from app.domain.roles import Role
from app.models import database
from app.models.membership import Membership
from app.models.user import User
from app.portal.factory import create_app
from bench import seed_data
from bench.support.load import Measured, together
from bench.support.log_cases import Case, cases_of_member, cases_of_operator
from bench.support.servers import AS_IT_COMES
from config import Settings
from migrations.commands import upgrade
from tests.support.services.postgresql import PostgreSQL

ROUNDS, TURNS = 40, 3
LONGEST_MS, MOST_GROWTH, MOST_STATEMENTS = 100, 1.5, 10
PASSWORD = "Bench-Passw0rd!"
MEMBER, OPERATOR = "member@bench.example", "operator@bench.example"
# A server for ten million rows has more memory than one that is just installed.
SERVER = AS_IT_COMES | {"shared_buffers": "1GB", "max_wal_size": "8GB"}
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Result:
    """`statements` and `rows`: the most that one of the pages sent and showed."""

    measured: Measured
    statements: int
    rows: int


class Portal:
    """The portal on a seeded database, in this process: its time is the server's."""

    def __init__(self, database_url: str, state_dir: Path) -> None:
        self.engine = create_engine(database_url)
        with Session(self.engine) as session, session.begin():
            self.largest = _add_users(session)
        settings = Settings(database_url=database_url, state_dir=state_dir)
        self._app = create_app(settings, lambda _mail: None)
        self._app.config["RATELIMIT_ENABLED"] = False
        self._statements = 0
        self._has_searched = False
        self._bind = database.session.get_bind()
        event.listen(self._bind, "before_cursor_execute", self._count)
        gc.collect()
        gc.freeze()  # as gunicorn's workers do
        self.visitors = {name: self._sign_in(name) for name in (MEMBER, OPERATOR)}

    def measure(self, who: str, addresses: Sequence[str]) -> Result:
        """The first request is not measured: it reads the programs, not the rows."""
        self.use()
        client, latencies, statements, rows = self.visitors[who], [], 0, 0
        self._has_searched = False
        client.get(addresses[0])
        assert self._has_searched, f"refused: {addresses[0]}"
        began = time.perf_counter()
        for number in range(ROUNDS):
            self._statements = 0
            asked = time.perf_counter()
            answer = client.get(addresses[number % len(addresses)])
            latencies.append((time.perf_counter() - asked) * 1000)
            assert answer.status_code == 200, f"{answer.status}: {addresses[0]}"
            statements = max(statements, self._statements)
            rows = max(rows, answer.text.count("<tr"))
        measured = Measured(sorted(latencies), time.perf_counter() - began)
        return Result(measured, statements, rows)

    def use(self) -> None:
        """Makes it the one that this process' session asks: there may be two portals."""
        database.session.remove()
        database.session.configure(bind=self._bind)

    def _sign_in(self, mail_address: str) -> Client:
        client = self._app.test_client()
        token = CSRF.search(client.get("/sign-in").text)
        assert token, "the sign-in page has a form"
        client.post(
            "/sign-in",
            data={"csrf_token": token[1], "mail_address": mail_address, "password": PASSWORD},
        )
        return client

    def _count(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self._statements += 1
        self._has_searched |= "FROM message" in statement or "FROM call" in statement


def _add_users(session: Session) -> int:
    """A member of the account with the most messages, whose id is returned, and an operator."""
    largest: int = session.execute(
        text("SELECT account_id FROM message GROUP BY account_id ORDER BY count(*) DESC LIMIT 1")
    ).scalar_one()
    password_hash = passwords.hash_password(PASSWORD)
    for address, is_operator in ((MEMBER, False), (OPERATOR, True)):
        user = User(
            mail_address=address,
            name=address,
            password_hash=password_hash,
            is_operator=is_operator,
            is_active=True,
        )
        session.add(user)
        session.flush()
        if not is_operator:
            role = Role.COMPANY_ADMIN
            session.add(Membership(user_id=user.id, account_id=largest, role=role))
    return largest


def compare(few: Portal, many: Portal) -> Iterator[tuple[str, Result, Result]]:
    """By the case's name, those of the account first."""
    for who, cases in ((MEMBER, cases_of_member), (OPERATOR, cases_of_operator)):
        of_few, of_many = (cases(each.engine, each.largest) for each in (few, many))
        for one, other in zip(of_few, of_many, strict=True):
            yield other.name, *in_turns(who, (few, one), (many, other))


def in_turns(
    who: str, few: tuple[Portal, Case], many: tuple[Portal, Case]
) -> tuple[Result, Result]:
    turns = [
        [portal.measure(who, case.addresses) for portal, case in (few, many)] for _ in range(TURNS)
    ]
    of_few, of_many = zip(*turns, strict=True)
    return _together(of_few), _together(of_many)


def _together(results: Sequence[Result]) -> Result:
    return Result(
        together(each.measured for each in results),
        max(each.statements for each in results),
        max(each.rows for each in results),
    )


@contextmanager
def portals(few_rows: int, many_rows: int) -> Iterator[tuple[Portal, Portal]]:
    with seeded(few_rows) as few, seeded(many_rows) as many:
        opened = Portal(*few), Portal(*many)
        yield opened
        for portal in opened:
            portal.engine.dispose()


@contextmanager
def seeded(rows: int) -> Iterator[tuple[str, Path]]:
    """A database of its own, and a folder for the portal's state."""
    with tempfile.TemporaryDirectory(prefix="todoku-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the user postgres has to get to its files in it
        server = PostgreSQL(folder / "postgresql", SERVER)
        try:
            url = server.address["url"]
            upgrade(url)
            began = time.monotonic()
            seed_data.fill(url, rows)
            print(f"{rows:,} messages written in {time.monotonic() - began:.0f} s", flush=True)
            yield url, folder / "state"
        finally:
            server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000,000 rows against 100,000")
    most = 1_000_000 if parser.parse_args().quick else 10_000_000
    with portals(100_000, most) as (few, many):
        _print(compare(few, many))


def _print(results: Iterable[tuple[str, Result, Result]]) -> None:
    """Growth is told where both pages show as many rows: else they are not the same page."""
    print(f"{'':36} {'p50':>8} {'p95':>8} {'growth':>8}  rows  statements")
    missed = []
    for name, few, many in results:
        p50, p95 = (many.measured.percentile(percent) for percent in (50, 95))
        growth = p50 / few.measured.percentile(50) if few.rows == many.rows else None
        shown = f"{growth:6.2f} ×" if growth else f"{'–':>8}"
        print(
            f"{name:36} {p50:5.1f} ms {p95:5.1f} ms {shown}  {many.rows:4}  {many.statements}",
            flush=True,
        )
        if (
            p95 > LONGEST_MS
            or (growth and growth > MOST_GROWTH)
            or many.statements > MOST_STATEMENTS
        ):
            missed.append(name)
    print(
        f"p95 within {LONGEST_MS} ms, growth within {MOST_GROWTH}, {MOST_STATEMENTS} statements:",
        f"all but {', '.join(missed)}" if missed else "all",
    )


if __name__ == "__main__":
    main()
