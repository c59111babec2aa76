"""「ログイン」: who gets in, where he lands, and what a refusal gives away (SPEC §4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from app import clock
from app.domain.delivery_columns import screen_time
from app.domain.roles import Role
from app.models.database import session, transaction
from app.models.user import User
from app.portal.factory import create_app
from config import Settings
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]


def _try(
    someone: Visitor, mail_address: str, password: str, path: str = "/sign-in"
) -> TestResponse:
    someone.get("/sign-in")
    return someone.post(path, mail_address=mail_address, password=password)


def test_the_page_is_japanese_unless_told(app: Flask) -> None:
    page = words(Visitor(app).get("/sign-in"))
    for label in ("メールアドレス", "パスワード", "ログイン"):
        assert label in page


def test_right_password_leads_to_the_numbers(visitor: NewVisitor) -> None:
    who = factories.member_of(factories.account())
    answer = _try(visitor(), who.mail_address, factories.PASSWORD)
    assert answer.status_code == 302
    assert answer.location == "/"


def test_the_address_is_taken_in_any_case(visitor: NewVisitor) -> None:
    who = factories.member_of(factories.account())
    assert _try(visitor(), f" {who.mail_address.upper()} ", factories.PASSWORD).status_code == 302


def test_wrong_address_and_wrong_password_read_alike(visitor: NewVisitor) -> None:
    who = factories.user("someone@example.jp")
    suspended = factories.user("suspended@example.jp", is_active=False)
    pages = {
        words(_try(visitor(), mail_address, password)).replace(mail_address, "")
        for mail_address, password in (
            (who.mail_address, "Wrong-Passw0rd!"),
            ("nobody@example.jp", factories.PASSWORD),
            (suspended.mail_address, factories.PASSWORD),
        )
    }
    assert len(pages) == 1
    assert "The mail address or the password is wrong." in pages.pop()


def test_empty_fields_are_named_beside_the_field_and_at_the_top(visitor: NewVisitor) -> None:
    answer = _try(visitor(), "", "")
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert '<a href="#mail_address">Enter your mail address.</a>' in page
    assert 'aria-describedby="mail_address-error"' in page
    assert 'id="password-error"' in page


def test_the_password_is_never_sent_back(visitor: NewVisitor) -> None:
    answer = _try(visitor(), "someone@example.jp", "Secret-Passw0rd!")
    assert "Secret-Passw0rd!" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/numbers/?q=1", "/numbers/?q=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_next_leads_only_to_our_own_pages(visitor: NewVisitor, wanted: str, reached: str) -> None:
    who = factories.member_of(factories.account())
    someone = visitor()
    someone.get("/sign-in")
    answer = someone.client.post(
        "/sign-in",
        query_string={"next": wanted},
        data={
            "csrf_token": someone._token,
            "mail_address": who.mail_address,
            "password": factories.PASSWORD,
        },
    )
    assert answer.location == reached


def test_after_sign_in_the_page_first_wanted_opens(visitor: NewVisitor) -> None:
    who = factories.member_of(factories.account())
    someone = visitor()
    asked = someone.get("/numbers/?q=050")
    assert asked.location == "/sign-in?next=/numbers/?q%3D050"
    someone.get(asked.location)
    answer = someone.post(
        asked.location, mail_address=who.mail_address, password=factories.PASSWORD, follow=True
    )
    assert answer.request.full_path == "/numbers/?q=050"


def test_signing_in_keeps_nothing_of_the_session_before(visitor: NewVisitor) -> None:
    who = factories.member_of(factories.account())
    someone = visitor()
    with someone.client.session_transaction() as before:
        before["planted"] = "by somebody else"
    someone.sign_in(who)
    with someone.client.session_transaction() as after:
        assert "planted" not in after
        assert after["locale"] == "en"


def test_signing_out_ends_it(visitor: NewVisitor) -> None:
    someone = visitor().sign_in(factories.member_of(factories.account()))
    someone.get("/numbers/")
    assert someone.post("/sign-out").location == "/sign-in"
    assert someone.get("/numbers/").location == "/sign-in?next=/numbers/"


def test_signing_out_needs_a_post(visitor: NewVisitor) -> None:
    someone = visitor().sign_in(factories.member_of(factories.account()))
    assert someone.get("/sign-out").status_code == 405
    assert someone.get("/numbers/").status_code == 200


def test_a_suspended_user_is_out_at_the_next_click(visitor: NewVisitor) -> None:
    who = factories.member_of(factories.account())
    someone = visitor().sign_in(who)
    assert someone.get("/numbers/").status_code == 200
    with transaction():
        session.get_one(User, who.id).is_active = False
    assert someone.get("/numbers/").location == "/sign-in?next=/numbers/"


def test_a_sign_in_without_the_token_is_refused(visitor: NewVisitor) -> None:
    who = factories.member_of(factories.account())
    answer = visitor().client.post(
        "/sign-in", data={"mail_address": who.mail_address, "password": factories.PASSWORD}
    )
    assert answer.status_code == 400
    assert "This page was open too long" in words(answer)


@pytest.mark.parametrize(
    ("address", "name", "secure"),
    [
        ("http://127.0.0.1:8123", "portal_8123", False),
        ("https://portal.example", "__Host-portal", True),
    ],
)
def test_the_session_cookie(
    db: Engine, settings: Settings, address: str, name: str, secure: bool
) -> None:
    own = settings.model_copy(update={"portal_base_url": address})
    client = create_app(own, [].append).test_client()
    cookie = client.get("/sign-in", base_url=address).headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=")
    assert ("Secure" in cookie) is secure
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie


def test_a_lock_is_told_only_to_who_knows_the_password(visitor: NewVisitor) -> None:
    who = factories.member_of(factories.account())
    someone = visitor()
    pages = {words(_try(someone, who.mail_address, "Wrong-Passw0rd!")) for _ in range(7)}
    assert len(pages) == 1, "the lock shows in none of them"
    assert "The mail address or the password is wrong." in pages.pop()
    told = words(_try(someone, who.mail_address, factories.PASSWORD))
    until = session.get_one(User, who.id).locked_until
    assert f"until {screen_time(until)} (Japan time)" in told
    assert someone.get("/numbers/").location.startswith("/sign-in")


@pytest.mark.parametrize(
    ("role", "ask"), [(Role.MEMBER, "your company's admin"), (Role.COMPANY_ADMIN, "support")]
)
def test_an_expired_temporary_password_says_whom_to_ask(
    visitor: NewVisitor, role: Role, ask: str
) -> None:
    who = factories.member_of(factories.account(), role)
    with transaction():
        row = session.get_one(User, who.id)
        row.password_is_temporary = True
        row.password_set_at = clock.now() - timedelta(days=14)
    page = words(_try(visitor(), who.mail_address, factories.PASSWORD))
    assert f"The temporary password has run out. Ask {ask} to reset" in page
