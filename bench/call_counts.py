"""How long the portal works on three months of 着信件数 of the largest account with 10 million
calls, against the same with a hundredth of them; and how long the worker counts."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import text

from app.domain import japan_days
from app.models import database
from app.services import call_counting
from bench.log_pages import MEMBER, Portal, Result, seeded
from bench.support.log_cases import Case


def cases(portal: Portal) -> list[Case]:
    last = japan_days.today() - timedelta(days=1)
    condition = f"since={japan_days.three_months_before(last)}&until={last}"
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


def measure(database_url: str, state_dir: Path) -> Mapping[str, Result]:
    """Prints the times of the worker, returns those of the portal by the case's name."""
    portal = Portal(database_url, state_dir)
    with portal.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE call"))
        connection.execute(text("VACUUM ANALYZE message"))
    last = japan_days.today() - timedelta(days=1)
    days = call_counting.days_kept()
    _count("the last day", [last])
    _count(f"all {len(days)} days", days)
    _count("all days again", days)
    results = {case.name: portal.measure(MEMBER, case.addresses) for case in cases(portal)}
    with portal.engine.begin() as connection:
        connection.execute(text("DELETE FROM counted_day WHERE day = :day"), {"day": last})
    uncounted = Case("three months, last day uncounted", cases(portal)[0].addresses)
    results[uncounted.name] = portal.measure(MEMBER, uncounted.addresses)
    portal.engine.dispose()
    return results


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
    results = []
    for rows in (100_000, most):
        with seeded(rows) as (url, state_dir):
            results.append(measure(url, state_dir))
    few, many = results
    print(f"{'':34} {'p50':>8} {'p95':>8}  × {'100,000':>8}  SQL")
    for name, result in many.items():
        p50, p95 = result.measured.percentile(50), result.measured.percentile(95)
        growth = p50 / few[name].measured.percentile(50)
        print(f"{name:34} {p50:5.1f} ms {p95:5.1f} ms  × {growth:8.2f}  {result.statements:3}")


if __name__ == "__main__":
    main()
