"""「稼働状況」: what our own staff sees of every part, in time even while parts are dead."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import NoReturn

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app import clock
from app.domain.health import BEAT, STATE, Finding
from app.domain.sms_status import MessageStatus
from app.models import heartbeat
from app.models.audit_entry import AuditEntry
from app.models.database import first_id, session, transaction
from app.models.message import Message
from app.models.tenant_scope import all_companies
from app.portal.health_words import STATES, WORDS
from app.providers.plivo.failures import SendRefused
from app.services.health_report import Questions
from tests.portal import screens
from tests.portal.conftest import Visitor
from tests.support import factories

pytestmark = pytest.mark.any_database

HEALTH = "/back-office/health/"
PARTS = f"{HEALTH}parts"
WORKER = "sender@ivr1"


@pytest.fixture
def operator(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_in(factories.user(is_operator=True))


@pytest.fixture
def all_well(app: Flask) -> Callable[..., None]:
    """Broker and Plivo answer, a worker and beat are alive."""
    outside(app, lambda: 3, lambda: None)

    def beat(**ages_s: int) -> None:
        with transaction():
            for name, age_s in ({WORKER: 5, BEAT: 5} | ages_s).items():
                at = clock.now() - timedelta(seconds=age_s)
                heartbeat.put(name, at, tasks_running=2)

    beat()
    return beat


def outside(app: Flask, ask_broker: Callable[[], int], ask_plivo: Callable[[], None]) -> None:
    app.extensions["todoku_health"] = Questions(ask_broker, ask_plivo)


def away() -> NoReturn:
    raise ConnectionRefusedError("nobody is there")


def waiting_since(minutes: int, status: MessageStatus = MessageStatus.WAITING) -> None:
    message = factories.message(
        factories.call(factories.incoming_number(factories.account())), status=status
    )
    since = clock.now() - timedelta(minutes=minutes)
    with all_companies("a test"), transaction():
        row = session.get_one(Message, message.id)
        row.queued_at = row.claimed_at = row.next_attempt_at = since
        row.id = first_id(since)


def test_every_finding_has_a_state_and_words() -> None:
    assert set(STATE) == set(WORDS) == set(Finding)
    assert set(STATES) == set(STATE.values())


def test_all_is_well(operator: Visitor, all_well: Callable[..., None]) -> None:
    page = operator.text(HEALTH)
    assert "Everything is well." in page
    assert re.search(r"Kind and version (SQLite|PostgreSQL) \d", page)
    assert "Waiting tasks 3" in page
    assert f"Good {WORKER} Last heartbeat: 2" in page
    assert "Tasks running: 2" in page
    assert "What to do" not in page
    assert "Plivo's API answers." in page


def test_the_parts_alone_are_what_the_page_loads_anew(
    operator: Visitor, all_well: Callable[..., None]
) -> None:
    parts = operator.text(PARTS)
    assert "Everything is well." in parts
    assert "Skip to the content" not in parts
    assert "no-store" in operator.get(PARTS).headers["Cache-Control"]


@pytest.mark.parametrize(
    ("ages_s", "said"),
    [
        ({WORKER: 60}, "No worker is alive"),
        ({"second@ivr2": 60}, "A worker died or hangs"),
        ({BEAT: 60}, "The regular tasks are not done"),
    ],
)
def test_who_is_silent_is_missed(
    operator: Visitor, all_well: Callable[..., None], ages_s: dict[str, int], said: str
) -> None:
    all_well(**ages_s)
    page = operator.text(HEALTH)
    assert said in page
    assert "1 part is not well." in page
    assert "What to do" in page


def test_nobody_ever_reported(app: Flask, operator: Visitor) -> None:
    outside(app, lambda: 0, lambda: None)
    page = operator.text(HEALTH)
    assert "No worker is alive" in page
    assert "The regular tasks are not done" in page


@pytest.mark.parametrize(
    ("minutes", "status", "said"),
    [
        (3, MessageStatus.WAITING, "waiting for more than 2 minutes"),
        (11, MessageStatus.WAITING, "waiting for more than 10 minutes"),
        (2, MessageStatus.SENDING, "not known whether Plivo accepted"),
        (60, MessageStatus.INTERNAL_ERROR, "given up in the last 24 hours"),
    ],
)
def test_messages_that_do_not_move(
    operator: Visitor,
    all_well: Callable[..., None],
    minutes: int,
    status: MessageStatus,
    said: str,
) -> None:
    waiting_since(minutes, status)
    page = operator.text(HEALTH)
    assert said in page
    assert "1 part is not well." in page


def test_what_was_given_up_long_ago_is_no_trouble(
    operator: Visitor, all_well: Callable[..., None]
) -> None:
    waiting_since(60 * 25, MessageStatus.INTERNAL_ERROR)
    waiting_since(0)
    waiting_since(0, MessageStatus.SENDING)
    page = operator.text(HEALTH)
    assert "Everything is well." in page
    assert "Being sent 1" in page


def test_broker_and_plivo_are_away(
    app: Flask, operator: Visitor, all_well: Callable[..., None]
) -> None:
    outside(app, away, away)
    page = operator.text(HEALTH)
    assert "The broker does not answer." in page
    assert "Plivo's API does not answer" in page
    assert "ConnectionRefusedError: nobody is there" in page
    assert "Trouble: 2 parts are not well." in page


def test_plivo_does_not_let_us_in(
    app: Flask, operator: Visitor, all_well: Callable[..., None]
) -> None:
    def refuse() -> None:
        raise SendRefused("401", "Unauthorized")

    outside(app, lambda: 0, refuse)
    assert "Plivo does not accept our credentials" in operator.text(HEALTH)


def test_the_last_request_of_a_worker_failed(
    operator: Visitor, all_well: Callable[..., None]
) -> None:
    now = clock.now()
    with transaction():
        heartbeat.put(
            WORKER,
            now,
            plivo_answered_at=now - timedelta(minutes=2),
            plivo_failed_at=now - timedelta(minutes=1),
            plivo_failure="HTTP 503",
        )
    page = operator.text(HEALTH)
    assert "the last request of a worker failed" in page
    assert "HTTP 503" in page


def test_a_look_is_in_the_trail_and_its_refreshing_is_not(
    operator: Visitor, all_well: Callable[..., None]
) -> None:
    operator.get(HEALTH)
    operator.get(PARTS)
    session.rollback()
    looks = session.scalars(select(AuditEntry.subject).filter_by(action="operator.view")).all()
    assert looks == ["/back-office/health"]


@pytest.mark.slow
def test_the_page_stays_fresh_and_says_when_it_cannot(
    app: Flask, page: Page, address: str, all_well: Callable[..., None]
) -> None:
    who = factories.user(is_operator=True)
    screens.sign_in(page, address, "en", who.mail_address)
    page.clock.install()
    page.goto(address + HEALTH)
    said = page.locator("[data-health-said]")
    expect(page.get_by_text("Everything is well.")).to_be_visible()
    page.locator("a", has_text="Open the dead letters").focus()

    outside(app, away, lambda: None)
    page.clock.fast_forward(11_000)
    expect(page.get_by_text("The broker does not answer.")).to_be_visible()
    expect(said).to_have_text("Trouble: 1 part is not well.")
    expect(page.locator("a", has_text="Open the dead letters")).to_be_focused()

    page.route(f"**{PARTS}", lambda route: route.abort())
    page.clock.fast_forward(11_000)
    expect(page.locator("[data-health-failed]")).to_be_visible()
    page.unroute(f"**{PARTS}")
    outside(app, lambda: 0, lambda: None)
    page.clock.fast_forward(11_000)
    expect(page.locator("[data-health-failed]")).to_be_hidden()
    expect(said).to_have_text("Everything is well.")


@pytest.mark.slow
def test_a_hidden_page_asks_for_nothing(
    page: Page, address: str, all_well: Callable[..., None]
) -> None:
    screens.sign_in(page, address, "en", factories.user(is_operator=True).mail_address)
    page.clock.install()
    page.goto(address + HEALTH)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    hide = """hidden => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    page.clock.fast_forward(60_000)
    assert [url for url in asked if url.endswith(PARTS)] == []
    with page.expect_response(f"**{PARTS}"):
        page.evaluate(hide, False)
