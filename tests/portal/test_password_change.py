"""「パスワード変更」: when he likes, and before anything else when he must (SPEC §4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from app import clock
from app.domain.passwords import PasswordRule, broken_rules
from app.domain.roles import Role
from app.models.database import session, transaction
from app.models.user import User
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.any_database]

NewVisitor = Callable[[], Visitor]
NEW = "Another-Passw0rd7"


def change(
    someone: Visitor, new: str = NEW, again: str | None = None, current: str = factories.PASSWORD
):  # type: ignore[no-untyped-def]
    someone.get("/password")
    return someone.post(
        "/password",
        current_password=current,
        new_password=new,
        new_password_again=new if again is None else again,
    )


def make_temporary(who: User) -> None:
    with transaction():
        session.get_one(User, who.id).password_is_temporary = True


@pytest.mark.parametrize("role", Role)
def test_everybody_changes_his_own(visitor: NewVisitor, role: Role) -> None:
    who = factories.member_of(factories.account(), role)
    someone, elsewhere = visitor().sign_in(who), visitor().sign_in(who)
    answer = change(someone)
    assert answer.location == "/"
    page = someone.text("/")
    assert "Your password was changed." in page
    assert elsewhere.get("/numbers/").location.startswith("/sign-in"), "other sessions end"
    again = visitor()
    again.get("/sign-in")
    assert again.post("/sign-in", mail_address=who.mail_address, password=NEW).status_code == 302


def test_operators_too(visitor: NewVisitor) -> None:
    someone = visitor().sign_in(factories.user(is_operator=True))
    assert change(someone).status_code == 302
    assert someone.get("/", follow=True).status_code == 200


def test_the_account_stays_chosen(visitor: NewVisitor) -> None:
    who = factories.user()
    chosen, other = factories.account(), factories.account()
    factories.membership(who, chosen)
    factories.membership(who, other)
    someone = visitor().sign_in(who, chosen)
    change(someone)
    assert someone.get("/numbers/").status_code == 200


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"new": "short"}, "The new password does not fulfil all the rules."),
        ({"new": "Password2026!"}, "The new password does not fulfil all the rules."),
        ({"new": factories.PASSWORD}, "Choose a password that is none of your last 3."),
        ({"again": "Different-Passw0rd"}, "The two passwords differ."),
        ({"current": "Wrong-Passw0rd!"}, "The current password is wrong."),
        ({"new": ""}, "Enter a new password."),
    ],
)
def test_a_refusal_is_told_beside_its_field_and_changes_nothing(
    visitor: NewVisitor, fields: dict[str, str], message: str
) -> None:
    who = factories.member_of(factories.account())
    someone = visitor().sign_in(who)
    answer = change(someone, **fields)
    assert answer.status_code == 200
    assert message in words(answer)
    page = answer.get_data(as_text=True)
    assert 'aria-invalid="true"' in page
    for typed in fields.values():
        assert typed == "" or f'value="{typed}"' not in page
    assert visitor().sign_in(who)


def test_broken_rules_are_marked(visitor: NewVisitor) -> None:
    someone = visitor().sign_in(factories.member_of(factories.account()))
    page = change(someone, "only-lower-case").get_data(as_text=True)
    broken = page.split("password-rule--broken")[1:]
    assert [part.split('data-rule="')[1].split('"')[0] for part in broken] == ["upper", "digit"]


def test_an_easily_guessed_one_is_refused_at_its_rule(address: str, page: Page) -> None:
    who = factories.member_of(factories.account(of=factories.company("Midoriya Foods K.K.")))
    _open_change(page, address, who)
    rule = page.locator('[data-rule="not_guessable"]')
    expect(rule).to_be_visible()
    for field in ("new_password", "new_password_again"):
        page.locator(f"#{field}").fill("Midoriya-24")
    expect(page.locator(".password-rule--kept")).to_have_count(len(PasswordRule) - 1)
    expect(rule).not_to_have_class(re.compile("--(kept|broken)"))
    page.locator("#current_password").fill(factories.PASSWORD)
    page.locator("#current_password").press("Enter")
    expect(rule).to_have_class(re.compile("--broken"))
    expect(page.locator(".password-rule--broken")).to_have_count(1)
    page.locator("#new_password").fill("M")
    expect(rule).not_to_have_class(re.compile("--broken"))


def test_a_temporary_password_leads_to_the_change_and_nothing_else_opens(
    visitor: NewVisitor,
) -> None:
    who = factories.member_of(factories.account())
    make_temporary(who)
    someone = visitor().sign_in(who)
    for path in ("/numbers/", "/deliveries/", "/accounts/"):
        answer = someone.get(path)
        assert (answer.location or "").startswith("/password?next="), (path, answer.status)
    assert "Choose a password of your own" in someone.text("/numbers/?q=1")
    someone.get("/password?next=/numbers/?q%3D1")
    answer = someone.post(
        "/password?next=/numbers/?q%3D1",
        current_password=factories.PASSWORD,
        new_password=NEW,
        new_password_again=NEW,
    )
    assert answer.location == "/numbers/?q=1"
    assert someone.get(answer.location).status_code == 200


def test_an_old_password_leads_to_the_change(visitor: NewVisitor) -> None:
    who = factories.member_of(factories.account())
    with transaction():
        session.get_one(User, who.id).password_set_at = clock.now() - timedelta(days=90)
    someone = visitor().sign_in(who)
    assert "older than 90 days" in someone.text("/numbers/")
    change(someone)
    assert someone.get("/numbers/").status_code == 200


def test_cancel_leads_back_only_to_our_own_pages(visitor: NewVisitor) -> None:
    someone = visitor().sign_in(factories.member_of(factories.account()))
    page = someone.get("/password?next=https://evil.example/").get_data(as_text=True)
    assert '<a class="button" href="/">Cancel</a>' in page


def test_the_menu_has_it(visitor: NewVisitor) -> None:
    someone = visitor().sign_in(factories.member_of(factories.account()))
    page = someone.text("/numbers/")
    places = [page.index(entry) for entry in ("Switch account", "Change password", "Log out")]
    assert places == sorted(places)


def test_the_rules_turn_green_while_typing(address: str, page: Page) -> None:
    who = factories.member_of(factories.account())
    _open_change(page, address, who)
    name = who.mail_address.partition("@")[0]
    typed_rules = set(PasswordRule) - {PasswordRule.NOT_GUESSABLE}  # the server's alone
    tries = ("a", "aA", "aA1", "aA1!", "aA1!aA1!aA", f"aA1!{name}", "aA1! aA1!aA", "\u3000", "日本")
    for typed in tries:
        page.locator("#new_password").fill(typed)
        green = page.locator(".password-rule--kept").evaluate_all(
            "items => items.map((item) => item.dataset.rule)"
        )
        kept = typed_rules - set(broken_rules(typed, who.mail_address))
        assert set(green) == kept, typed
    page.locator("#new_password").fill("")
    expect(page.locator(".password-rule--kept")).to_have_count(0)


def _open_change(page: Page, address: str, who: User) -> None:
    page.goto(f"{address}/sign-in")
    page.locator("#mail_address").fill(who.mail_address)
    page.locator("#password").fill(factories.PASSWORD)
    page.locator("#password").press("Enter")
    page.wait_for_url("**/numbers/")
    page.goto(f"{address}/password")
