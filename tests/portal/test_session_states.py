"""Whatever became of a session or of its user, the next request meets it: pages and scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask, url_for

from app import clock
from app.domain.roles import Role
from app.models.account import Account
from app.models.company import Company
from app.models.database import session, transaction
from app.models.membership import Membership
from app.models.user import User
from app.services.audit import Actor, current_actor
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.any_database]

NewVisitor = Callable[[], Visitor]
TOTP_SECRET = "JBSWY3DPEHPK3PXP"


def _now(user: User, **values: object) -> None:
    with transaction():
        row = session.get_one(User, user.id)
        for name, value in values.items():
            setattr(row, name, value)


def _suspended(user: User) -> None:
    _now(user, is_active=False)


def _deleted(user: User) -> None:
    _now(user, deleted_at=clock.now())


def _epoch_moved_on(user: User) -> None:
    _now(user, session_epoch=user.session_epoch + 1)


def _password_expired(user: User) -> None:
    _now(user, password_set_at=clock.now() - timedelta(days=91))


def _password_is_temporary(user: User) -> None:
    _now(user, password_is_temporary=True)


def _second_factor_set_up_elsewhere(user: User) -> None:
    _now(user, totp_secret=TOTP_SECRET)


def _owes_both(user: User) -> None:
    _password_expired(user)
    _second_factor_set_up_elsewhere(user)


def _company_requires_second_factor(user: User) -> None:
    with transaction():
        for company in session.query(Company):
            company.requires_totp = True


def _no_role_any_more(user: User) -> None:
    with transaction():
        session.query(Membership).filter_by(user_id=user.id).delete()


def _nothing(user: User) -> None:
    """All in order."""


STATES = [
    (_nothing, 200, "", ""),
    (_suspended, 401, "session_ended", "/sign-in"),
    (_deleted, 401, "session_ended", "/sign-in"),
    (_epoch_moved_on, 401, "session_ended", "/sign-in"),
    (_second_factor_set_up_elsewhere, 403, "verify_second_factor", "/second-factor/"),
    (_company_requires_second_factor, 403, "enrol_second_factor", "/second-factor/enrol"),
    (_password_expired, 403, "change_password", "/password"),
    (_password_is_temporary, 403, "change_password", "/password"),
    (_owes_both, 403, "verify_second_factor", "/second-factor/"),
    (_no_role_any_more, 403, "session_ended", "/accounts/"),
]
LEADING_AWAY = [(becomes, path) for becomes, status, _, path in STATES if status != 200]


@pytest.fixture
def who(db: object) -> User:
    return factories.member_of(factories.account())


@pytest.fixture
def someone(visitor: NewVisitor, who: User) -> Visitor:
    signed_in = visitor().sign_in(who)
    assert signed_in.get("/numbers/?q=7").status_code == 200
    return signed_in


@pytest.mark.parametrize(("becomes", "status", "error", "path"), STATES)
def test_a_script_is_told_what_and_where(
    someone: Visitor,
    who: User,
    becomes: Callable[[User], None],
    status: int,
    error: str,
    path: str,
) -> None:
    becomes(who)
    answer = someone.get("/numbers/?q=7", Accept="application/json")
    assert answer.status_code == status
    if error:
        assert answer.json["error"] == error
        assert answer.json["go_to"] == f"{path}?next=/numbers/?q%3D7"
        assert answer.json["message"]


@pytest.mark.parametrize(("becomes", "path"), LEADING_AWAY)
def test_a_page_leads_to_what_is_needed_and_back(
    someone: Visitor, who: User, becomes: Callable[[User], None], path: str
) -> None:
    becomes(who)
    answer = someone.get("/numbers/?q=7")
    assert (answer.status_code, answer.location) == (302, f"{path}?next=/numbers/?q%3D7")
    assert someone.get(path).status_code == 200


@pytest.mark.parametrize(("becomes", "path"), LEADING_AWAY)
def test_a_form_is_not_taken_and_leads_back_to_its_page(
    someone: Visitor, who: User, becomes: Callable[[User], None], path: str
) -> None:
    becomes(who)
    sent = {"csrf_token": someone._token}
    answer = someone.client.post(
        "/numbers/1/flow", data=sent, headers={"Referer": "http://localhost/numbers/?q=7"}
    )
    assert answer.location == f"{path}?next=/numbers/?q%3D7"
    sent = {"csrf_token": someone._token}
    answer = someone.client.post(
        "/numbers/1/flow", data=sent, headers={"Referer": "http://evil.example/numbers/"}
    )
    assert answer.location == path


@pytest.mark.parametrize(
    ("becomes", "path"), [state for state in LEADING_AWAY if state[1] not in ("/sign-in",)]
)
def test_while_something_is_owed_there_is_no_menu(
    someone: Visitor, who: User, becomes: Callable[[User], None], path: str
) -> None:
    becomes(who)
    page = someone.get(path).get_data(as_text=True)
    assert "Delivery log" not in page
    assert 'href="/numbers/"' not in page
    assert ('href="/accounts/"' in page) is (becomes is _no_role_any_more)


@pytest.mark.parametrize("path", ["/", "/accounts/", "/password", "/numbers/", "/audit-trail/"])
def test_a_second_factor_opens_before_anything_else(someone: Visitor, who: User, path: str) -> None:
    _owes_both(who)
    assert someone.get(path).location.partition("?")[0] == "/second-factor/"


def test_a_user_with_an_old_password_may_sign_out_and_change_language(
    someone: Visitor, who: User
) -> None:
    _password_expired(who)
    someone.get("/password")
    assert someone.post("/language", language="ja").status_code == 302
    someone.get("/password")
    assert someone.post("/sign-out").location == "/sign-in"
    assert someone.get("/password").location == "/sign-in?next=/password"


def test_an_old_cookie_is_worth_nothing_when_the_epoch_moved_on(
    app: Flask, visitor: NewVisitor, who: User
) -> None:
    someone = visitor().sign_in(who)
    old = someone.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    _epoch_moved_on(who)
    visitor().sign_in(who)
    thief = app.test_client()
    thief.set_cookie(old.key, old.value)
    assert thief.get("/numbers/").location == "/sign-in?next=/numbers/"


def test_signing_out_here_leaves_other_browsers_alone(visitor: NewVisitor, who: User) -> None:
    here, there = visitor().sign_in(who), visitor().sign_in(who)
    here.get("/numbers/")
    here.post("/sign-out")
    assert here.get("/numbers/").status_code == 302
    assert there.get("/numbers/").status_code == 200


@pytest.mark.parametrize("token", ["", "made-up", "1"])
def test_without_a_token_of_ours_there_is_no_session(someone: Visitor, token: str) -> None:
    with someone.client.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert someone.get("/numbers/").location == "/sign-in?next=/numbers/"


def test_the_choice_of_an_account_begins_a_new_session(visitor: NewVisitor, who: User) -> None:
    branch = factories.account("支店")
    factories.membership(who, branch, Role.MEMBER)
    someone = visitor().sign_in(who)
    someone.get("/accounts/")
    with someone.client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
        tokens = cookie["csrf_token"], cookie["_user_id"]
    assert someone.post("/accounts/", account_id=branch.id).status_code == 302
    someone.get("/numbers/")
    with someone.client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["csrf_token"] != tokens[0]
        assert cookie["_user_id"] != tokens[1]
        assert cookie["account_id"] == branch.id
    assert "Delivery log" not in someone.text("/numbers/")
    with someone.client.application.test_request_context():
        delivery_log = url_for("DeliveryLogView.search")
    assert someone.get(delivery_log).status_code == 403


@pytest.fixture
def actors(app: Flask) -> Iterator[list[Actor]]:
    """Who acted in the requests sent."""
    seen: list[Actor] = []

    def note(response: object) -> object:
        seen.append(current_actor())
        return response

    app.after_request_funcs[None].append(note)
    yield seen
    app.after_request_funcs[None].remove(note)


def test_what_happens_is_put_down_to_the_user(
    visitor: NewVisitor, who: User, actors: list[Actor]
) -> None:
    account = session.query(Account).one()
    someone = visitor()
    someone.client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    someone.get("/sign-in")
    assert actors[-1] == Actor(None, "", "203.0.113.7")
    someone.sign_in(who).get("/numbers/")
    assert actors[-1] == Actor(
        who.id, who.mail_address, "203.0.113.7", account.company_id, account.id
    )
    someone.post("/sign-out")
    assert actors[-1].user_id == who.id
    assert current_actor() == Actor()


def test_what_operators_do_is_put_down_to_them(visitor: NewVisitor, actors: list[Actor]) -> None:
    operator = factories.user(is_operator=True)
    visitor().sign_in(operator).get("/", follow=True)
    assert actors[-1] == Actor(operator.id, operator.mail_address, "127.0.0.1")


def test_an_error_page_of_an_ended_session_shows_no_name(someone: Visitor, who: User) -> None:
    assert who.name in words(someone.get("/nowhere"))
    _epoch_moved_on(who)
    assert who.name not in words(someone.get("/nowhere"))
