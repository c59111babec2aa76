"""「パスワード初期化」: the pages (SPEC §4)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from app.models.database import session
from app.models.mail import Mail
from app.portal.factory import create_app
from app.services import password_resets
from config import Settings
from tests.portal.conftest import START, Visitor, words
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]
NEW = "Another-Passw0rd7"


@pytest.fixture(autouse=True)
def quick_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_resets, "ANSWERED_AFTER_S", 0.0)


def ask(someone: Visitor, mail_address: str) -> str:
    someone.get("/password-reset/")
    answer = someone.post("/password-reset/", mail_address=mail_address)
    assert answer.status_code == 200
    return words(answer)


def mailed(base: str = START) -> tuple[str, str]:
    """The path of the link, and the code."""
    body = session.scalars(select(Mail.body).order_by(Mail.id.desc())).first()
    session.commit()
    assert body
    link = re.search(rf"{base}(/password-reset/\S+)", body)
    assert link
    code = re.search(r"(?<!\d)\d{8}(?!\d)", body.replace(link[0], ""))
    assert code
    return link[1], code[0]


def fill_in(someone: Visitor, path: str, code: str, new: str = NEW):  # type: ignore[no-untyped-def]
    someone.get(path)
    return someone.post(path, code=code, new_password=new, new_password_again=new)


def test_the_sign_in_page_leads_there(visitor: NewVisitor) -> None:
    page = visitor().get("/sign-in").get_data(as_text=True)
    assert '<a href="/password-reset/">If you forgot your password</a>' in page


def test_the_answer_is_the_same_whether_the_address_exists(visitor: NewVisitor) -> None:
    who = factories.user()
    suspended = factories.user(is_active=False)
    answers = {
        ask(visitor(), mail_address)
        for mail_address in (who.mail_address, suspended.mail_address, "nobody@example.jp")
    }
    assert len(answers) == 1
    assert "If this mail address is registered" in answers.pop()
    assert session.scalars(select(Mail.recipient)).all() == [who.mail_address]


def test_the_way_through(visitor: NewVisitor) -> None:
    who = factories.member_of(factories.account())
    elsewhere = visitor().sign_in(who)
    someone = visitor()
    ask(someone, who.mail_address)
    path, code = mailed()
    answer = fill_in(someone, path, code)
    assert answer.location == "/sign-in"
    assert "Your password was set." in someone.text("/sign-in")
    assert elsewhere.get("/numbers/").location.startswith("/sign-in")
    answer = someone.post("/sign-in", mail_address=who.mail_address, password=NEW)
    assert answer.status_code == 302
    assert "cannot be used any more" in visitor().text(path)


def test_a_wrong_code_and_a_weak_password_are_told_beside_the_field(visitor: NewVisitor) -> None:
    someone = visitor()
    ask(someone, factories.user().mail_address)
    path, code = mailed()
    wrong = fill_in(someone, path, "1" + code[1:] if code[0] != "1" else "2" + code[1:])
    assert 'id="code-error"' in wrong.get_data(as_text=True)
    assert "The authentication code is wrong." in words(wrong)
    weak = fill_in(someone, path, code, "weak")
    assert 'id="new_password-error"' in weak.get_data(as_text=True)
    assert fill_in(someone, path, code).status_code == 302


def test_after_five_wrong_codes_the_page_says_that_it_has_ended(visitor: NewVisitor) -> None:
    someone = visitor()
    ask(someone, factories.user().mail_address)
    path, code = mailed()
    for _ in range(5):
        answer = fill_in(someone, path, f"{(int(code) + 1) % 10**8:08d}")
    assert "cannot be used any more" in words(answer)
    assert 'name="code"' not in answer.get_data(as_text=True)


def test_a_made_up_link_tells_nothing(visitor: NewVisitor) -> None:
    assert "cannot be used any more" in visitor().text("/password-reset/made-up")


def test_the_page_tells_no_other_site_its_address(app: Flask, visitor: NewVisitor) -> None:
    someone = visitor()
    ask(someone, factories.user().mail_address)
    path, _code = mailed()
    for answer in (someone.get(path), fill_in(someone, path, "1")):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


def test_it_works_over_https_where_browsers_then_send_no_referrer(
    db: Engine, database_url: str, settings: Settings, request: pytest.FixtureRequest
) -> None:
    base = "https://portal.example"
    changed = {"portal_base_url": base, "database_url": database_url}
    own = create_app(settings.model_copy(update=changed), lambda _mail_id: None)
    own_engine = session.get_bind()
    assert isinstance(own_engine, Engine)
    request.addfinalizer(lambda: (session.remove(), own_engine.dispose()))
    own.config["RATELIMIT_ENABLED"] = False
    client = own.test_client()
    who = factories.user()
    password_resets.request_reset(who.mail_address)
    path, code = mailed(base)
    page = client.get(path, base_url=base).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    fields = {"code": code, "new_password": NEW, "new_password_again": NEW}
    without = client.post(path, base_url=base, data=fields)
    assert without.status_code == 200
    assert "error-summary" in without.get_data(as_text=True), "the form's token is still asked for"
    answer = client.post(path, base_url=base, data={**fields, "csrf_token": token[1]})
    assert answer.status_code == 302
