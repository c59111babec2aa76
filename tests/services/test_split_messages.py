"""A long text of which one part is lost: from the hand-over through the simulator's reports on each
part, over HTTP, to the status that the log shows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from werkzeug.serving import make_server

from app.domain.sms_status import Arrival, MessageStatus, arrival
from app.models import database
from app.models.database import session
from app.models.message import Message
from app.models.tenant_scope import all_companies
from app.providers.plivo.client import SmsClient
from app.services.message_sending import Outbox, send_next
from app.services.send_rate import SendRate
from config import DEVELOPMENT_AUTH_TOKEN, Settings
from ivr_webhooks.factory import create_app
from tests.support import factories
from tests.support.services.processes import free_port

AT_ONCE = SendRate(1000, 10_000, reserve=lambda _bucket, _interval_s, _most_wait_s: 0.0)
PATIENCE_S = 30
LONG_TEXT = "長いお知らせ" * 25  # 150 characters: 3 parts
QUEUED_AND_SENT = 2


@pytest.fixture
def counted() -> list[str]:
    """The paths of the reports that came."""
    return []


@pytest.fixture
def webhooks_url(db: Engine, database_url: str, counted: list[str]) -> Iterator[str]:
    """The webhooks, on the test's database."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = Settings(
        database_url=database_url,
        public_base_url=url,
        plivo_auth_token=DEVELOPMENT_AUTH_TOKEN,
        celery_broker_url="redis://127.0.0.1:1/0",
    )
    app = create_app(settings, enqueue=lambda _message_id: None)
    app.teardown_request(lambda _error: counted.append("report"))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield url
    server.shutdown()
    thread.join()
    server.server_close()
    bound = database.session.get_bind()
    database.session.remove()
    if isinstance(bound, Engine):
        bound.dispose()


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.05)


def now(message: Message) -> Message:
    session.remove()
    with all_companies("test"):
        fresh = session.get_one(Message, message.id)
    session.expunge(fresh)
    session.remove()
    return fresh


@pytest.mark.parametrize(
    ("ending", "reports", "status", "error_code"),
    [
        ("25", 3 * QUEUED_AND_SENT + 3, MessageStatus.PARTLY_FAILED, "80"),
        ("26", 3 * QUEUED_AND_SENT + 3, MessageStatus.PARTLY_FAILED, "80"),
        ("27", 3 * QUEUED_AND_SENT + 2, MessageStatus.DELIVERED, None),
        ("02", QUEUED_AND_SENT + 1, MessageStatus.DELIVERED, None),
        ("24", QUEUED_AND_SENT + 2, MessageStatus.DELIVERED, None),
    ],
)
def test_what_becomes_of_a_split_message(
    sms_client: SmsClient,
    webhooks_url: str,
    counted: list[str],
    ending: str,
    reports: int,
    status: MessageStatus,
    error_code: str | None,
) -> None:
    call = factories.call(
        factories.incoming_number(factories.account()), recipient=f"+8190999900{ending}"
    )
    message = factories.message(call, text=LONG_TEXT)
    assert message.parts == 3

    send_next(Outbox(sms_client, AT_ONCE, webhooks_url, timedelta(hours=1)))
    eventually(lambda: len(counted) >= reports)
    eventually(lambda: now(message).status is status)

    settled = now(message)
    assert settled.error_code == error_code
    assert settled.billed_units == 3
    arrived = status is MessageStatus.DELIVERED
    assert arrival(settled.status) is (Arrival.ARRIVED if arrived else Arrival.NOT_ARRIVED)
    assert settled.settled_at is not None
