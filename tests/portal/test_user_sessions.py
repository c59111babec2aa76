"""Sessions in the database: copied cookies, the absolute end, 「ログイン中の端末」 (SPEC §4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.models.audit_entry import AuditEntry
from app.models.database import session
from app.models.user import User
from app.models.user_session import UserSession
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.any_database]

NewVisitor = Callable[[], Visitor]
LONGEST = timedelta(hours=12)
MOMENT = timedelta(seconds=1)
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def who(db: object) -> User:
    return factories.member_of(factories.account())


@pytest.fixture
def here(visitor: NewVisitor, who: User) -> Visitor:
    return at(visitor(), CHROME, "203.0.113.7").sign_in(who)


@pytest.fixture
def there(visitor: NewVisitor, who: User) -> Visitor:
    return at(visitor(), SAFARI, "198.51.100.9").sign_in(who)


def at(someone: Visitor, user_agent: str, address: str) -> Visitor:
    someone.client.environ_base.update(HTTP_USER_AGENT=user_agent, REMOTE_ADDR=address)
    return someone


def copy_of(someone: Visitor, app: Flask) -> FlaskClient:
    """Somebody who got hold of the cookie."""
    cookie = someone.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    thief = app.test_client()
    thief.set_cookie(cookie.key, cookie.value)
    return thief


def is_in(someone: Visitor | FlaskClient) -> bool:
    return someone.get("/numbers/").status_code == 200


def row_of(someone: Visitor) -> int:
    """The id of his session."""
    found = re.findall(r"/sessions/(\d+)/end", someone.get("/sessions/").get_data(as_text=True))
    return int(found[0])


def end(someone: Visitor, which: str, **fields: object) -> TestResponse:
    """With his password."""
    return someone.post(f"/sessions/{which}", **{"password": factories.PASSWORD, **fields})


def kept() -> list[UserSession]:
    session.remove()
    return list(session.scalars(select(UserSession).order_by(UserSession.id)))


def test_a_copied_cookie_is_dead_after_signing_out(app: Flask, here: Visitor) -> None:
    here.get("/numbers/")
    thief = copy_of(here, app)
    assert is_in(thief)
    here.post("/sign-out")
    assert not is_in(thief)


@pytest.mark.parametrize("path", ["/accounts/", "/password", "/sign-in"])
def test_a_copied_cookie_is_dead_after_what_begins_another_session(
    app: Flask, visitor: NewVisitor, who: User, path: str
) -> None:
    branch = factories.account()
    factories.membership(who, branch)
    someone = visitor().sign_in(who, branch)
    someone.get("/password")
    thief = copy_of(someone, app)
    new = "Another-Passw0rd7"
    fields = {
        "/accounts/": {"account_id": branch.id},
        "/password": {
            "current_password": factories.PASSWORD,
            "new_password": new,
            "new_password_again": new,
        },
        "/sign-in": {"mail_address": who.mail_address, "password": factories.PASSWORD},
    }
    assert is_in(thief)
    assert someone.post(path, **fields[path]).status_code == 302
    assert someone.get("/", follow=True).status_code == 200
    assert not is_in(thief)
    assert len([row for row in kept() if row.ended_at is None]) == 1


def test_the_token_stands_in_the_cookie_alone(here: Visitor, who: User) -> None:
    with here.client.session_transaction() as cookie:
        token = cookie["_user_id"]
        assert set(cookie) <= {
            *("_user_id", "_fresh", "_id", "account_id", "locale", "csrf_token", "_flashes")
        }
    (row,) = kept()
    assert len(token) >= 43
    assert token not in (row.token_hash, str(row.id))
    assert (row.user_id, row.address, row.user_agent) == (who.id, "203.0.113.7", CHROME)


def test_a_long_name_of_a_browser_is_cut(visitor: NewVisitor, who: User) -> None:
    at(visitor(), "x" * 300, "203.0.113.7").sign_in(who)
    assert kept()[0].user_agent == "x" * 200


def test_after_twelve_hours_the_password_is_asked_for(
    frozen: time_machine.Traveller, visitor: NewVisitor, who: User
) -> None:
    someone = visitor().sign_in(who)
    for _ in range(36):
        frozen.shift(timedelta(minutes=20) - MOMENT)
        assert is_in(someone)
    frozen.shift(36 * MOMENT)
    answer = someone.get("/numbers/?q=7")
    assert answer.location == "/sign-in?next=/numbers/?q%3D7"
    page = words(someone.get(answer.location))
    assert "logged out because 12 hours have passed since you logged in." in page
    someone.sign_in(who)
    assert is_in(someone)


def test_a_change_of_account_does_not_begin_the_twelve_hours_anew(
    frozen: time_machine.Traveller, visitor: NewVisitor, who: User
) -> None:
    branch = factories.account()
    factories.membership(who, branch)
    someone = visitor().sign_in(who, branch)
    for _ in range(35):
        frozen.shift(timedelta(minutes=20))
        someone.get("/accounts/")
        someone.post("/accounts/", account_id=branch.id)
    frozen.shift(timedelta(minutes=20) - MOMENT)
    assert is_in(someone)
    frozen.shift(MOMENT)
    answer = someone.get("/numbers/", Accept="application/json")
    assert answer.status_code == 401
    assert "12 hours" in answer.json["message"]


def test_the_page_lists_where_one_is_logged_in(
    frozen: time_machine.Traveller, here: Visitor, there: Visitor, visitor: NewVisitor
) -> None:
    visitor().sign_in(factories.member_of(factories.account()))
    frozen.shift(timedelta(minutes=10))
    page = here.text("/sessions/")
    assert "Chrome / Windows This device 203.0.113.7 2025/2/21 9:30 2025/2/21 9:40" in page
    assert "Mobile Safari / iOS 198.51.100.9 2025/2/21 9:30 2025/2/21 9:30" in page
    frozen.shift(timedelta(minutes=21))
    page = here.text("/sessions/")
    assert "Mobile Safari" not in page, "it has ended by itself"
    assert "Log out all other devices" not in page


def test_a_browser_that_says_nothing_is_unknown(visitor: NewVisitor, who: User) -> None:
    assert "Unknown device" in at(visitor(), "", "203.0.113.7").sign_in(who).text("/sessions/")


def test_text_of_a_browser_is_no_markup(visitor: NewVisitor, who: User) -> None:
    agent = "<b>Bot</b>/1.0 (compatible; <i>Googlebot</i>/2.1)"
    page = at(visitor(), agent, "203.0.113.7").sign_in(who).get("/sessions/")
    assert "<b>Bot" not in page.get_data(as_text=True)
    assert "<i>Google" not in page.get_data(as_text=True)


def test_ending_another_session_acts_at_its_next_click(here: Visitor, there: Visitor) -> None:
    assert is_in(there)
    answer = end(here, f"{row_of(here)}/end", follow=True)
    assert "The device was logged out." in words(answer)
    assert there.get("/numbers/").location == "/sign-in?next=/numbers/"
    assert is_in(here)
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.before) == ("session.end", {"address": "198.51.100.9"})


def test_ending_all_others(here: Visitor, there: Visitor, visitor: NewVisitor, who: User) -> None:
    third = visitor().sign_in(who)
    stranger = visitor().sign_in(factories.member_of(factories.account()))
    here.get("/sessions/")
    answer = end(here, "end-others", follow=True)
    assert "All other devices were logged out." in words(answer)
    assert [is_in(one) for one in (here, there, third, stranger)] == [True, False, False, True]
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry.action == "session.end_others"


@pytest.mark.parametrize(
    ("password", "words_of_it"),
    [("", "Enter your current password."), ("Wrong-1", "The current password is wrong.")],
)
@pytest.mark.parametrize("which", ["{}/end", "end-others"])
def test_nothing_ends_without_the_password(
    here: Visitor, there: Visitor, which: str, password: str, words_of_it: str
) -> None:
    which = which.format(row_of(here))
    assert words_of_it in words(end(here, which, password=password, follow=True))
    assert is_in(there)


def test_sessions_of_others_are_not_found(
    here: Visitor, there: Visitor, visitor: NewVisitor
) -> None:
    stranger = visitor().sign_in(factories.member_of(factories.account()))
    stranger.get("/sessions/")
    own = session.scalars(select(UserSession.id).where(UserSession.address == "127.0.0.1")).one()
    for row in {row.id for row in kept()} - {own}:
        assert end(stranger, f"{row}/end").status_code == 404
    assert end(stranger, "999999/end").status_code == 404
    assert is_in(here)
    assert is_in(there)


def test_what_has_ended_is_not_found(here: Visitor, there: Visitor) -> None:
    row = row_of(here)
    there.get("/numbers/")
    there.post("/sign-out")
    assert end(here, f"{row}/end").status_code == 404


def test_a_device_is_logged_out_in_the_browser(
    page: Page, address: str, visitor: NewVisitor
) -> None:
    who = factories.member_of(factories.account())
    there = at(visitor(), SAFARI, "198.51.100.9").sign_in(who)
    page.goto(f"{address}/sign-in")
    page.fill("#mail_address", who.mail_address)
    page.fill("#password", factories.PASSWORD)
    page.click("main button[type=submit]")
    page.locator("button.account").click()
    page.locator("#account-menu [href='/sessions/']").click()
    row = page.get_by_role("row").filter(has_text="Mobile Safari / iOS")
    row.get_by_role("button").click()
    dialog = page.locator("#end-dialog")
    expect(dialog).to_contain_text("Mobile Safari / iOS 198.51.100.9")
    expect(dialog.locator("#password")).to_be_focused()
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)
    assert not is_in(there)


def test_operators_see_theirs(visitor: NewVisitor) -> None:
    operator = factories.user(is_operator=True)
    here, there = visitor().sign_in(operator), visitor().sign_in(operator)
    assert "This device" in here.text("/sessions/")
    end(here, f"{row_of(here)}/end")
    assert there.get("/back-office/companies/").location.startswith("/sign-in")


def test_the_menu_leads_there(here: Visitor) -> None:
    assert 'href="/sessions/"' in here.get("/numbers/").get_data(as_text=True)


def test_a_request_costs_no_statement_more_than_the_user_did(
    here: Visitor, statements: list[str]
) -> None:
    here.get("/session/")
    statements.clear()
    here.get("/session/")
    asked = [one for one in statements if "company_user" in one or "user_session" in one]
    assert len(asked) == 1, "session and user come in one"


def test_a_cookie_signed_with_a_former_key_goes_on(app: Flask, here: Visitor) -> None:
    app.config["SECRET_KEY_FALLBACKS"] = [app.config["SECRET_KEY"]]
    app.config["SECRET_KEY"] = "the key of tomorrow"
    assert is_in(here)
    app.config["SECRET_KEY_FALLBACKS"] = []
    assert not is_in(here)
