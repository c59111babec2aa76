"""Whose turn it is: no account waits because another has much to send."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from app.models.database import session, transaction
from app.models.message import Message
from app.models.tenant_scope import all_companies
from app.services.message_sending import claim_next
from tests.services.message_queue_support import many_waiting
from tests.support import factories

pytestmark = pytest.mark.slow

AN_HOUR = timedelta(hours=1)


def claimed_account() -> int | None:
    """Whose message a worker claims."""
    claim = claim_next(AN_HOUR)
    if claim is None:
        return None
    with all_companies("test"), transaction():
        return session.get_one(Message, claim.message_id).account_id


def turns_until(account_id: int) -> int:
    """How many turns pass until a message of this account is claimed."""
    for turn in range(1, 100):
        if claimed_account() == account_id:
            return turn
    raise AssertionError("never")


@pytest.mark.usefixtures("db")
def test_an_account_with_much_to_send_delays_another_by_seconds_at_most() -> None:
    busy, quiet = factories.account(), factories.account()
    many_waiting(busy, 10_000)
    many_waiting(quiet, 1)
    assert turns_until(quiet.id) <= 25  # at 5 turns a second; more has a chance of 1 in 30 million


@pytest.mark.usefixtures("db")
def test_a_turn_takes_as_long_whatever_waits() -> None:
    many_waiting(factories.account(), 10_000)
    seconds = []
    for _ in range(21):
        began = time.perf_counter()
        claim_next(AN_HOUR)
        seconds.append(time.perf_counter() - began)
    assert statistics.median(seconds) < 0.05


@pytest.mark.usefixtures("db")
def test_accounts_take_turns() -> None:
    accounts = [factories.account() for _ in range(3)]
    for account, count in zip(accounts, (300, 100, 100), strict=True):
        many_waiting(account, count)
    turns = Counter(claimed_account() for _ in range(150))
    assert sum(turns.values()) == 150
    assert min(turns.values()) > 25  # of 50


def test_workers_at_once_never_claim_the_same(db: Engine) -> None:
    for _ in range(3):
        many_waiting(factories.account(), 10)

    def work(_: int) -> list[object]:
        claimed = []
        while (claim := claim_next(AN_HOUR)) is not None:
            claimed.append(claim.message_id)
        session.remove()
        return claimed

    with ThreadPoolExecutor(6) as workers:
        claimed = [each for some in workers.map(work, range(6)) for each in some]
    assert len(claimed) == len(set(claimed)) == 30
