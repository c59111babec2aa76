"""How long the portal works on three months of 着信件数 of the largest account with 10 million
calls, against the same with a hundredth of them; and how long the worker counts."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import text

from app.domain import japan_days
from app.models import database
from app.services import call_counting
from bench.log_pages import MEMBER, Portal, Result, in_turns, portals
from bench.support.log_cases import Case

_LAST = japan_days.today() - timedelta(days=1)


def cases(portal: Portal) -> list[Case]:
    condition = f"since={japan_days.three_months_before(_LAST)}&until={_LAST}"
    with portal.engine.connect() as connection:
        busiest = connection.execute(
            text("SELECT min(id) FROM incoming_number WHERE account_id = :account"),
            {"account": portal.largest},
        ).scalar_one()
    return [
        Case("three months, all numbers", [f"/calls/?{condition}"]),
        Case("three months, one number", [f"/calls/?{condition}&number={busiest}"]),
        Case("three months, a line a number", [f"/calls/download.csv?{condition}"]),
        Case("three months, a line a day", [f"/calls/download-days.csv?{condition}"]),
    ]


def compare(few: Portal, many: Portal) -> Iterator[tuple[str, Result, Result]]:
    """By the case's name; what the worker takes to count is printed."""
    for portal in (few, many):
        _count_all(portal)
    for one, other in zip(cases(few), cases(many), strict=True):
        yield other.name, *in_turns(MEMBER, (few, one), (many, other))
    for portal in (few, many):
        with portal.engine.begin() as connection:
            connection.execute(text("DELETE FROM counted_day WHERE day = :day"), {"day": _LAST})
    uncounted = Case("three months, last day uncounted", cases(many)[0].addresses)
    yield uncounted.name, *in_turns(MEMBER, (few, uncounted), (many, uncounted))


def _count_all(portal: Portal) -> None:
    portal.use()
    for table in ("call", "message"):
        _vacuum(portal, table)
    days = call_counting.days_kept()
    _count("the last day", [_LAST])
    _count(f"all {len(days)} days", days)
    _count("all days again", days)
    _vacuum(portal, "call_count")


def _vacuum(portal: Portal, table: str) -> None:
    with portal.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"VACUUM ANALYZE {table}"))


def _count(what: str, days: Sequence[date]) -> None:
    began = time.perf_counter()
    for day in days:
        call_counting.count_day(day)
    print(f"counting {what}: {time.perf_counter() - began:.2f} s", flush=True)
    database.session.remove()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000,000 calls against 100,000")
    most = 1_000_000 if parser.parse_args().quick else 10_000_000
    with portals(100_000, most) as both:
        print(f"{'':34} {'p50':>8} {'p95':>8}  × {'100,000':>8}  SQL")
        for name, of_few, of_many in compare(*both):
            p50, p95 = of_many.measured.percentile(50), of_many.measured.percentile(95)
            growth = p50 / of_few.measured.percentile(50)
            print(
                f"{name:34} {p50:5.1f} ms {p95:5.1f} ms  × {growth:8.2f}  {of_many.statements:3}",
                flush=True,
            )


if __name__ == "__main__":
    main()
