"""Short links: where they lead, for how long, and who is told from whom among those who follow."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app import clock
from app.models.database import session
from app.models.link_click import LinkClick
from app.models.message import Message
from app.models.tenant_scope import all_companies
from app.services.link_clicks import Click
from ivr_webhooks.click_buffer import BATCH, MOST_WAITING, ClickBuffer
from tests.ivr_webhooks.conftest import Plivo
from tests.support import factories

CODE = "AbCd1234"
TARGET = "https://www.example.jp/a?b=c&d=%E5%B1%8A"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def message(plivo: Plivo) -> Message:
    call = factories.call(factories.incoming_number(factories.account()))
    message = factories.message(call)
    factories.short_url(message, CODE, TARGET)
    return message


def clicks(plivo: Plivo) -> list[LinkClick]:
    plivo.client.application.extensions["todoku_clicks"].flush()
    with all_companies("test"):
        return list(session.scalars(select(LinkClick).order_by(LinkClick.at, LinkClick.id)))


def opened_at(message: Message) -> object:
    with all_companies("test"):
        return session.scalar(select(Message.opened_at).where(Message.id == message.id))


def test_leads_to_its_target_and_is_put_down(plivo: Plivo, message: Message) -> None:
    answer = plivo.client.get(f"/{CODE}", headers={"User-Agent": IPHONE})
    assert answer.status_code == 302
    assert answer.headers["Location"] == TARGET
    assert answer.headers["Cache-Control"] == "no-store"
    (click,) = clicks(plivo)
    assert (click.code, click.account_id, click.user_agent, click.is_bot) == (
        CODE,
        message.account_id,
        IPHONE,
        False,
    )
    assert "127.0.0.1" not in click.address_hash
    assert opened_at(message) == click.at


def test_the_first_click_of_a_person_counts(plivo: Plivo, message: Message) -> None:
    began = clock.now()
    for minute in (2, 5, 9):
        with time_machine.travel(began + timedelta(minutes=minute), tick=False):
            plivo.client.get(f"/{CODE}", headers={"User-Agent": IPHONE})
    first, *_ = found = clicks(plivo)
    assert len(found) == 3
    assert opened_at(message) == first.at
    assert len({click.address_hash for click in found}) == 1
    plivo.client.get(f"/{CODE}", headers={"User-Agent": IPHONE})  # earlier, written later
    earliest = min(click.at for click in clicks(plivo))
    assert opened_at(message) == earliest < first.at


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {"User-Agent": IPHONE}),
        ("GET", {"User-Agent": IPHONE, "Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"User-Agent": ""}),
        ("GET", {"User-Agent": "facebookexternalhit/1.1;line-poker/1.0"}),
    ],
)
def test_a_preview_is_no_person(
    plivo: Plivo, message: Message, method: str, headers: dict[str, str]
) -> None:
    answer = plivo.client.open(f"/{CODE}", method=method, headers=headers)
    assert answer.status_code == 302
    (click,) = clicks(plivo)
    assert click.is_bot
    assert opened_at(message) is None


def test_a_long_and_odd_user_agent_is_cut(plivo: Plivo, message: Message) -> None:
    plivo.client.get(f"/{CODE}", headers={"User-Agent": f"{IPHONE}\x00\t{'あx' * 200}"})
    (click,) = clicks(plivo)
    assert click.user_agent.startswith(IPHONE)
    assert len(click.user_agent) == 200
    assert click.user_agent.isprintable()


@pytest.mark.usefixtures("message")
def test_after_180_days_a_page_says_so(plivo: Plivo) -> None:
    with time_machine.travel(clock.now() + timedelta(days=179, hours=23)):
        assert plivo.client.get(f"/{CODE}").status_code == 302
    with time_machine.travel(clock.now() + timedelta(days=180, minutes=1)):
        page = plivo.client.get(f"/{CODE}")
        assert plivo.client.get("/00000000").status_code == 404
    assert page.status_code == 410
    assert "このリンクの有効期限が過ぎました" in page.text
    assert "This link has expired" in page.text
    assert TARGET not in page.text
    assert len(clicks(plivo)) == 1


@pytest.mark.usefixtures("message")
@pytest.mark.parametrize(
    "path",
    [
        *(f"/{code}" for code in ("abcd1234", "AbCd123", "AbCd12345", "届くAbCd12", "f" * 32)),
        "/%5Cevil.example",
    ],
)
def test_a_code_nobody_minted(plivo: Plivo, path: str) -> None:
    page = plivo.client.get(path)
    assert page.status_code == 404
    assert "Location" not in page.headers
    assert "このリンクは見つかりません" in page.text
    assert "There is no such link" in page.text
    assert clicks(plivo) == []


@pytest.mark.parametrize(
    "path", ["//evil.example/AbCd1234", "/AbCd1234/../x", "/AbCd1234//evil.jp", "/https://evil.jp"]
)
def test_no_address_of_ours_leads_elsewhere(plivo: Plivo, message: Message, path: str) -> None:
    answer = plivo.client.get(path)
    assert answer.headers.get("Location", TARGET) in (TARGET, f"http://localhost/{CODE}")
    assert "evil" not in answer.headers.get("Location", "")


def click(number: int) -> Click:
    return Click(f"{number:08}", 1, clock.now(), "GET", IPHONE, "", "203.0.113.7")


def test_clicks_wait_in_order_while_the_database_is_away() -> None:
    written: list[Sequence[Click]] = []
    is_away = True

    def write(some: Sequence[Click]) -> None:
        if is_away:
            raise OperationalError("INSERT", {}, Exception("away"))
        written.append(some)

    buffer = ClickBuffer(write)
    for number in range(BATCH + 1):
        buffer.add(click(number))
    buffer.flush()
    assert written == []
    is_away = False
    buffer.flush()
    assert [one.code for some in written for one in some] == [f"{n:08}" for n in range(BATCH + 1)]


def test_a_thread_writes_what_came_within_a_second() -> None:
    written: list[Click] = []
    buffer = ClickBuffer(written.extend)
    buffer.add(click(1))
    deadline = time.monotonic() + 2
    while not written and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [one.code for one in written] == ["00000001"]


def test_the_buffer_has_an_end() -> None:
    buffer = ClickBuffer(lambda _some: None)
    buffer._has_writer = True
    for number in range(MOST_WAITING + 5):
        buffer.add(click(number))
    assert len(buffer._waiting) == MOST_WAITING
    assert buffer._waiting[0].code == "00000005"
