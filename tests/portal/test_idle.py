"""A session in which nothing is done for 30 minutes ends (SPEC §4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from app.models.user import User
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]
IDLE = timedelta(minutes=30)
MOMENT = timedelta(seconds=1)


@pytest.fixture
def who(db: object) -> User:
    return factories.member_of(factories.account())


@pytest.fixture
def someone(frozen: time_machine.Traveller, visitor: NewVisitor, who: User) -> Visitor:
    return visitor().sign_in(who)


def test_until_then_it_lives(someone: Visitor, frozen: time_machine.Traveller) -> None:
    frozen.shift(IDLE - MOMENT)
    assert someone.get("/numbers/").status_code == 200


def test_then_it_leads_to_sign_in_says_why_and_leads_back(
    someone: Visitor, frozen: time_machine.Traveller, who: User
) -> None:
    frozen.shift(IDLE)
    answer = someone.get("/numbers/?q=7")
    assert answer.location == "/sign-in?next=/numbers/?q%3D7"
    page = someone.get(answer.location)
    assert "logged out because nothing was done for 30 minutes" in words(page)
    assert who.name not in words(page)
    assert "nothing was done" not in words(someone.get(answer.location))
    answer = someone.post(
        answer.location, mail_address=who.mail_address, password=factories.PASSWORD
    )
    assert answer.location == "/numbers/?q=7"
    assert someone.get(answer.location).status_code == 200


def test_it_ends_for_a_script_as_well(someone: Visitor, frozen: time_machine.Traveller) -> None:
    frozen.shift(IDLE)
    answer = someone.get("/numbers/", Accept="application/json")
    assert (answer.status_code, answer.json["error"]) == (401, "session_ended")
    assert "30 minutes" in answer.json["message"]
    assert someone.get("/numbers/").status_code == 302


def test_pages_open_to_all_do_not_wake_it(someone: Visitor, frozen: time_machine.Traveller) -> None:
    frozen.shift(IDLE)
    assert someone.get("/sign-in").status_code == 200
    assert someone.get("/numbers/").status_code == 302


def test_activity_counts_from_the_last_click(
    someone: Visitor, frozen: time_machine.Traveller
) -> None:
    for _ in range(4):
        frozen.shift(IDLE - MOMENT)
        assert someone.get("/numbers/").status_code == 200


def test_what_the_page_asks_by_itself_is_no_activity(
    someone: Visitor, frozen: time_machine.Traveller
) -> None:
    for _ in range(29):
        frozen.shift(timedelta(minutes=1))
        assert someone.get("/numbers/", X_Background="1").status_code == 200
        assert someone.get("/session/").status_code == 200
    frozen.shift(timedelta(minutes=1))
    assert someone.get("/numbers/", X_Background="1").status_code == 302


def test_activity_is_written_once_a_minute_at_most_and_not_into_the_cookie(
    someone: Visitor, frozen: time_machine.Traveller, statements: list[str]
) -> None:
    someone.get("/numbers/")
    statements.clear()
    for _ in range(120):
        frozen.shift(MOMENT)
        assert "Set-Cookie" not in someone.get("/numbers/").headers
    assert len([one for one in statements if one.startswith("UPDATE user_session")]) == 2


def test_every_tab_keeps_the_session_of_all(
    app: Flask, someone: Visitor, frozen: time_machine.Traveller
) -> None:
    cookie = someone.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    other_tab = app.test_client()
    other_tab.set_cookie(cookie.key, cookie.value)
    frozen.shift(timedelta(minutes=29))
    assert other_tab.get("/numbers/").status_code == 200
    frozen.shift(timedelta(minutes=29))
    assert someone.get("/session/").json == {"seconds_left": 60}


def test_how_long_is_left(someone: Visitor, frozen: time_machine.Traveller) -> None:
    frozen.shift(timedelta(minutes=28))
    assert someone.get("/session/").json == {"seconds_left": 120}


def test_going_on_keeps_it(someone: Visitor, frozen: time_machine.Traveller) -> None:
    someone.get("/numbers/")
    frozen.shift(timedelta(minutes=29))
    assert someone.post("/session/keep").json == {"seconds_left": 1800}
    frozen.shift(timedelta(minutes=29))
    assert someone.get("/numbers/").status_code == 200


def test_going_on_takes_the_token_of_the_page(
    someone: Visitor, frozen: time_machine.Traveller
) -> None:
    frozen.shift(timedelta(minutes=29))
    answer = someone.client.post("/session/keep", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert someone.get("/session/").json == {"seconds_left": 60}


def test_too_late_to_go_on(someone: Visitor, frozen: time_machine.Traveller) -> None:
    someone.get("/numbers/")
    frozen.shift(IDLE)
    answer = someone.client.post(
        "/session/keep",
        headers={"Accept": "application/json", "X-CSRFToken": someone._token},
    )
    assert answer.status_code == 401


def test_signing_in_again_counts_anew(
    someone: Visitor, frozen: time_machine.Traveller, who: User
) -> None:
    frozen.shift(timedelta(hours=9))
    someone.sign_in(who)
    assert someone.get("/session/").json == {"seconds_left": 1800}
