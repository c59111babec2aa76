"""The pages of the logs that are measured: each filter's common and rare values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import Engine, text

from app.domain import japan_days
from bench.support.seed_rows import RAREST

DEEP_ROW = 1_000_000
NEVER_CALLED = 30


@dataclass(frozen=True)
class Case:
    """`addresses` are asked for in turn; one alone is asked for again and again."""

    name: str
    addresses: Sequence[str]


def cases_of_member(engine: Engine, account_id: int) -> Iterator[Case]:
    """Each filter's common and rare values, and what is never found."""
    one = {"account": account_id}
    recent = f"account_id = :account AND accepted_at >= '{_since().isoformat()}'"
    with engine.connect() as connection:

        def some(query: str) -> list[str]:
            return [str(found) for found in connection.scalars(text(query), one)]

        yield Case("newest page", [_log()])
        count = int(some(f"SELECT count(*) FROM message WHERE {recent}")[0])
        deep = min(DEEP_ROW, count * 2 // 3)
        places = connection.execute(
            text(
                "SELECT (extract(epoch FROM accepted_at) * 1000000)::bigint, id FROM message"
                f" WHERE {recent} ORDER BY accepted_at DESC, id DESC OFFSET {deep} LIMIT 3000"
            ),
            one,
        ).all()[::100]
        yield Case(
            f"page at row {deep:,}", [_log(older_than=f"{at}-{key.hex}") for at, key in places]
        )
        sample = f"SELECT recipient FROM message WHERE {recent} ORDER BY provider_id LIMIT 30"
        yield Case("one recipient", [_log(recipient=number) for number in some(sample)])
        never = [f"+8190{99_000_000 + number}" for number in range(NEVER_CALLED)]
        yield Case("a recipient who never got one", [_log(recipient=number) for number in never])
        for status in ("delivered", "failed", "unknown", RAREST, "waiting"):
            yield Case(f"status {status}", [_log(status=status)])
        numbers = some(
            f"SELECT incoming_number FROM message WHERE {recent} GROUP BY 1 ORDER BY count(*) DESC"
        )
        yield Case("the busiest number", [_log(incoming_number=numbers[0])])
        yield Case("the quietest number", [_log(incoming_number=numbers[-1])])
        yield Case("a number never called", [_log(incoming_number="+815099999999")])
        for carrier in ("docomo", "rakuten"):
            yield Case(f"carrier {carrier}", [_log(carrier=carrier)])
        quiet = {"incoming_number": numbers[-1]}
        yield Case("number, carrier", [_log(carrier="rakuten", **quiet)])
        yield Case("number, status", [_log(status="failed", **quiet)])
        yield Case("number, rarest status", [_log(status=RAREST, **quiet)])
        yield Case("status, carrier: none", [_log(status="failed", carrier="au")])


def cases_of_operator(engine: Engine, account_id: int) -> Iterator[Case]:
    messages, calls = "/back-office/messages/", "/back-office/calls/"
    with engine.connect() as connection:

        def some(query: str) -> list[str]:
            return [str(found) for found in connection.scalars(text(query))]

        recipients = some("SELECT recipient FROM message ORDER BY provider_id LIMIT 30")
        callers = some(
            "SELECT caller FROM call WHERE caller IS NOT NULL ORDER BY provider_call_id LIMIT 30"
        )
        busiest = some(
            f"SELECT number FROM incoming_number WHERE account_id = {account_id} ORDER BY 1 LIMIT 1"
        )[0]
        accounts = {
            "largest": some(f"SELECT name FROM account WHERE id = {account_id}")[0],
            "smallest": some("SELECT name FROM account ORDER BY id DESC LIMIT 1")[0],
        }
    for where, found in ((messages, recipients), (calls, callers)):
        field = "recipient" if where == messages else "caller"
        what = "messages" if where == messages else "calls"
        yield Case(f"{what}, newest", [where])
        yield Case(f"{what} of a mobile", [f"{where}?{urlencode({field: n})}" for n in found])
        yield Case(f"{what} of a busy number", [f"{where}?{urlencode({field: busiest})}"])
        yield Case(f"{what} of nobody", [f"{where}?{urlencode({field: '+819099999999'})}"])
        for which, name in accounts.items():
            yield Case(f"{what} of {which} account", [f"{where}?{urlencode({'account': name})}"])
    for status in ("delivered", "failed", RAREST, "waiting"):
        yield Case(f"messages {status}", [f"{messages}?status={status}"])
    for state in ("announced", "gave_up", "suppressed", "no_flow"):
        yield Case(f"calls {state}", [f"{calls}?state={state}"])
    yield Case("dead letters", ["/back-office/dead-letters/"])


def _since() -> datetime:
    return japan_days.day_start_utc(japan_days.three_months_before(japan_days.today()))


def _log(**conditions: str) -> str:
    today = japan_days.today()
    days = {"since": f"{japan_days.three_months_before(today)}", "until": f"{today}"}
    return f"/deliveries/?{urlencode(days | conditions)}"
