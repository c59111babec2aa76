"""「二要素認証」: the pages (SPEC §4, beyond the guide)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from app import clock
from app.models.company import Company
from app.models.database import session, transaction
from app.models.user import User
from app.portal.flask_settings import flask_config
from config import Settings
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_now(secret: str = SECRET, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30 * steps))


def with_second_factor(who: User) -> User:
    with transaction():
        session.get_one(User, who.id).totp_secret = SECRET
    return who


def enrol(someone: Visitor, password: str = factories.PASSWORD):  # type: ignore[no-untyped-def]
    page = someone.get("/second-factor/enrol").get_data(as_text=True)
    secret = re.search(r'data-copies="([A-Z2-7]{32})"', page)
    assert secret
    return secret[1], someone.post(
        "/second-factor/enrol", code=code_now(secret[1]), password=password
    )


def test_the_code_is_asked_for_before_anything_opens(visitor: NewVisitor) -> None:
    who = with_second_factor(factories.member_of(factories.account()))
    someone = visitor().sign_in(who)
    for path in ("/numbers/", "/password", "/second-factor/enrol", "/accounts/"):
        assert someone.get(path).location.startswith("/second-factor/"), path
    wrong = someone.post("/second-factor/", code="000000")
    assert "The code is wrong" in words(wrong)
    someone.get("/second-factor/?next=/numbers/?q%3D1")
    answer = someone.post("/second-factor/?next=/numbers/?q%3D1", code=code_now())
    assert answer.location == "/numbers/?q=1"
    assert someone.get("/numbers/").status_code == 200
    assert someone.get("/second-factor/").location == "/"


def test_too_many_wrong_codes_lock_and_end_the_session(visitor: NewVisitor) -> None:
    who = with_second_factor(factories.member_of(factories.account()))
    someone = visitor().sign_in(who)
    for _ in range(5):
        answer = someone.post("/second-factor/", code="000000")
    assert answer.location == "/sign-in"
    assert re.search(r"until \d{4}/\d+/\d+ \d+:\d\d \(Japan time\)", someone.text("/sign-in"))
    assert someone.get("/numbers/").location.startswith("/sign-in")


@pytest.mark.parametrize("is_operator", [False, True])
def test_setting_it_up_and_switching_it_off(visitor: NewVisitor, is_operator: bool) -> None:
    who = (
        factories.user(is_operator=True)
        if is_operator
        else factories.member_of(factories.account())
    )
    someone = visitor().sign_in(who)
    elsewhere = visitor().sign_in(who)
    assert 'src="data:image/svg+xml' in someone.get("/second-factor/enrol").get_data(as_text=True)
    _secret, wrong = enrol(someone, "Wrong-Passw0rd!")
    assert "The current password is wrong." in words(wrong)
    secret, answer = enrol(someone)
    codes = set(re.findall(r"(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}", words(answer)))
    assert len(codes) == 10
    assert someone.get("/", follow=True).status_code == 200
    assert elsewhere.get("/").location.startswith("/sign-in"), "others are ended"
    page = someone.text("/second-factor/enrol")
    assert "10 recovery codes are left." in page
    assert secret not in page
    assert not any(code in page for code in codes), "shown once"

    elsewhere = visitor().sign_in(who)
    elsewhere.get("/second-factor/")
    elsewhere.post("/second-factor/", code=code_now(secret, 1))
    assert elsewhere.get("/", follow=True).request.path != "/second-factor/"
    refused = someone.post("/second-factor/off", password="Wrong-Passw0rd!")
    assert "The current password is wrong." in words(refused)
    assert someone.post("/second-factor/off", password=factories.PASSWORD).status_code == 302
    assert "Two-factor authentication is off." in someone.text("/second-factor/enrol")
    assert elsewhere.get("/").location.startswith("/sign-in")


def test_operators_need_one_where_others_can_reach_the_product(
    app: Flask, visitor: NewVisitor
) -> None:
    someone = visitor().sign_in(factories.user(is_operator=True))
    assert someone.get("/back-office/companies/").status_code == 200
    app.config["OPERATORS_NEED_SECOND_FACTOR"] = True
    assert someone.get("/back-office/companies/").location.startswith("/second-factor/enrol")
    enrol(someone)
    assert someone.get("/back-office/companies/").status_code == 200
    assert "Switch off" not in someone.text("/second-factor/enrol")


@pytest.mark.parametrize(
    ("public_base_url", "needed"),
    [("http://127.0.0.1:8081", False), ("https://calls.example.jp", True)],
)
def test_whether_others_can_reach_it(
    settings: Settings, public_base_url: str, needed: bool
) -> None:
    own = settings.model_copy(update={"public_base_url": public_base_url})
    own.__dict__.pop("is_local", None)
    assert flask_config(own)["OPERATORS_NEED_SECOND_FACTOR"] is needed


def test_where_the_company_requires_it_nothing_opens_before(visitor: NewVisitor) -> None:
    where = factories.account()
    who = factories.member_of(where)
    with transaction():
        session.get_one(Company, where.company_id).requires_totp = True
    someone = visitor().sign_in(who)
    assert someone.get("/numbers/").location.startswith("/second-factor/enrol")
    assert "is required of you" in someone.text("/second-factor/enrol")
    enrol(someone)
    assert someone.get("/numbers/").status_code == 200
    assert "Switch off" not in someone.text("/second-factor/enrol")
    refused = someone.post("/second-factor/off", password=factories.PASSWORD)
    assert refused.status_code == 200
    assert session.get_one(User, who.id).totp_secret
