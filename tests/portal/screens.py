"""Every screen of the portal, with something on it: who opens it where, and what he does there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyotp
from playwright.sync_api import FilePayload, Page, expect

from app import clock
from tests.portal import screen_rows
from tests.support import factories

Act = Callable[[Page], None]


def none(_page: Page) -> None:
    """The page as it opens."""


@dataclass(frozen=True)
class Screen:
    """`path` may name rows by their keys in `screen_rows.make`."""

    name: str
    path: str
    act: Act = none


def open_screen(page: Page, address: str, screen: Screen, ids: Mapping[str, object]) -> None:
    page.goto(address + screen.path.format(**ids))
    screen.act(page)


def sign_in(page: Page, address: str, language: str, mail_address: str = "") -> None:
    """In this language; as nobody without a mail address."""
    page.goto(f"{address}/sign-in")
    if language != "ja":
        page.locator(f"button[lang={language}]").click()
        expect(page.locator(f"html[lang={language}]")).to_be_attached()
    if not mail_address:
        return
    page.locator("#mail_address").fill(mail_address)
    page.locator("#password").fill(factories.PASSWORD)
    page.locator("form .button--primary").click()
    page.wait_for_url(re.compile(r"^(?!.*/sign-in)"))


def submit(page: Page) -> None:
    page.locator("main form .button--primary[type=submit]").first.click()
    page.wait_for_load_state()


def open_account_menu(page: Page) -> None:
    page.locator("button.account").click()
    expect(page.locator("#account-menu")).to_be_visible()


def open_row_menu(page: Page) -> None:
    page.locator(".table__actions > button").first.click()
    expect(page.locator(".menu:popover-open")).to_be_visible()


def open_dialog(name: str) -> Act:
    def act(page: Page) -> None:
        page.evaluate(
            "name => document.querySelector(`[data-opens-dialog='${name}']`).click()", name
        )
        expect(page.locator(f"#{name}")).to_be_visible()

    return act


def open_first_row(page: Page) -> None:
    page.locator("[data-opens-row]").first.click()
    expect(page.locator(".delivery-more .timeline")).to_be_visible()


def open_calendar(page: Page) -> None:
    page.locator("[data-opens-calendar]").first.click()
    expect(page.locator("[data-calendar]")).to_be_visible()


def open_tables(page: Page) -> None:
    for summary in page.locator(".chart-table > summary").all():
        summary.click()


def open_file_formats(page: Page) -> None:
    page.locator("[popovertarget=file-formats]").click()
    expect(page.locator("#file-formats")).to_be_visible()


def open_user(page: Page) -> None:
    page.locator("[data-opens-user]").first.click()


def type_password(page: Page) -> None:
    page.locator("#new_password").fill("Abc def")


def ask_for_reset(page: Page) -> None:
    page.locator("#mail_address").fill("nobody@example.jp")
    submit(page)


def choose_file(page: Page) -> None:
    wrong = ("x,,別の店,社長", "y@example.jp,山田,本店,企業管理者")
    lines = "\n".join(("メールアドレス,ユーザー名,アカウント,権限", *wrong))
    file = FilePayload(name="users.csv", mimeType="text/csv", buffer=lines.encode())
    page.locator("#file").set_input_files(file)
    submit(page)


def enter_code_and_see(page: Page) -> None:
    if page.url.endswith("/second-factor/"):
        page.locator("#code").fill(pyotp.TOTP(screen_rows.TOTP_SECRET).at(clock.now()))
        submit(page)
    page.goto(re.sub(r"(://[^/]+).*", r"\1/second-factor/enrol", page.url))


def enter_closed_account(page: Page) -> None:
    page.locator(".choice-list__item").filter(has_text="本店").click()
    page.wait_for_load_state()


def set_up_second_factor(page: Page) -> None:
    secret = page.locator("[data-copies]").first.get_attribute("data-copies")
    assert secret
    page.locator("#code").fill(pyotp.TOTP(secret).at(clock.now()))
    page.locator("#password").fill(factories.PASSWORD)
    submit(page)
    expect(page.locator(".recovery-codes")).to_be_visible()


NOBODY = (
    Screen("sign-in", "/sign-in"),
    Screen("sign-in-refused", "/sign-in", submit),
    Screen("reset-request", "/password-reset/"),
    Screen("reset-request-refused", "/password-reset/", submit),
    Screen("reset-requested", "/password-reset/", ask_for_reset),
    Screen("reset", "/password-reset/{reset_token}"),
    Screen("reset-refused", "/password-reset/{reset_token}", submit),
    Screen("reset-ended", "/password-reset/ended"),
    Screen("error-404-signed-out", "/nowhere"),
)
COMPANY_ADMIN = (
    Screen("accounts", "/accounts/"),
    Screen("account-menu", "/numbers/", open_account_menu),
    Screen("numbers", "/numbers/"),
    Screen("numbers-row-menu", "/numbers/", open_row_menu),
    Screen("numbers-register", "/numbers/", open_dialog("register-dialog")),
    Screen("numbers-delete", "/numbers/", open_dialog("delete-dialog")),
    Screen("numbers-none-found", "/numbers/?q=nothing"),
    Screen("flow-editor", "/numbers/{number}/flow/edit"),
    Screen("flow-published", "/numbers/{number}/flow/published/"),
    Screen("deliveries", "/deliveries/"),
    Screen("deliveries-row", "/deliveries/", open_first_row),
    Screen("deliveries-none", "/deliveries/?recipient=09011112222&status=failed&carrier=au"),
    Screen("deliveries-calendar", "/deliveries/", open_calendar),
    Screen("deliveries-formats", "/deliveries/", open_file_formats),
    Screen("delivery", "/deliveries/{message}"),
    Screen("deliveries-refused", "/deliveries/?since=2020-01-03&until=2020-01-02&recipient=x"),
    Screen("suppressed", "/deliveries/suppressed/"),
    Screen("suppressed-remove", "/deliveries/suppressed/", open_dialog("remove-dialog")),
    Screen("suppressed-none-found", "/deliveries/suppressed/?q=0"),
    Screen("suppressed-refused", "/deliveries/suppressed/", submit),
    Screen("suppressed-import", "/deliveries/suppressed/import"),
    Screen("suppressed-import-refused", "/deliveries/suppressed/import", submit),
    Screen("calls", "/calls/"),
    Screen("calls-tables", "/calls/", open_tables),
    Screen("calls-of-number", "/calls/?number={number}"),
    Screen("calls-none", "/calls/?since=2020-01-01&until=2020-01-02"),
    Screen("calls-calendar", "/calls/", open_calendar),
    Screen("calls-refused", "/calls/?since=2020-01-03&until=2020-01-02"),
    Screen("users", "/users/"),
    Screen("users-page-2", "/users/?page=2"),
    Screen("users-row", "/users/?q=member@", open_user),
    Screen("users-delete", "/users/", open_dialog("delete-dialog")),
    Screen("users-reset", "/users/", open_dialog("reset-dialog")),
    Screen("users-none-found", "/users/?q=nothing"),
    Screen("user-new", "/users/new"),
    Screen("user-new-refused", "/users/new", submit),
    Screen("user-edit", "/users/{member}/edit"),
    Screen("import", "/users/import/"),
    Screen("import-no-file", "/users/import/", submit),
    Screen("import-refused", "/users/import/", choose_file),
    Screen("audit-trail", "/audit-trail/"),
    Screen("audit-trail-none", "/audit-trail/?actor=nobody&since=2020-01-01&until=2020-01-02"),
    Screen("audit-trail-refused", "/audit-trail/?since=2020-01-03&until=2020-01-02"),
    Screen("sessions", "/sessions/"),
    Screen("password", "/password"),
    Screen("password-typed", "/password", type_password),
    Screen("password-refused", "/password", submit),
    Screen("second-factor-set-up", "/second-factor/enrol"),
    Screen("second-factor-set-up-refused", "/second-factor/enrol", submit),
    Screen("error-404", "/numbers/999/flow/edit"),
)
CHOOSING = (Screen("accounts-to-choose", "/accounts/"),)
WITHOUT_ACCOUNT = (Screen("accounts-none", "/accounts/"),)
ELSEWHERE = (Screen("error-address-refused", "/accounts/", enter_closed_account),)
MEMBER = (
    Screen("numbers-of-member", "/numbers/"),
    Screen("error-403", "/deliveries/"),
)
BEGINNER = (Screen("numbers-none", "/numbers/"), Screen("users-alone", "/users/"))
NEWCOMER = (Screen("password-temporary", "/password"),)
TWO_FACTORS = (
    Screen("second-factor", "/second-factor/"),
    Screen("second-factor-refused", "/second-factor/", submit),
    Screen("second-factor-on", "/second-factor/", enter_code_and_see),
)
OWES_SECOND_FACTOR = (
    Screen("second-factor-owed", "/second-factor/enrol"),
    Screen("second-factor-codes", "/second-factor/enrol", set_up_second_factor),
)
BACK_OFFICE = """\
companies/
companies/?name=nothing
companies/add
companies/{company}
companies/{company}/edit
companies/{company}/delete
ip-ranges/
ip-ranges/add
ip-ranges/{ip_range}
ip-ranges/{ip_range}/edit
accounts/
accounts/?page=3
accounts/add
accounts/{account}
accounts/{account}/edit
accounts/{account}/delete
numbers/
numbers/add
numbers/{number}
numbers/{number}/edit
numbers/{number}/plivo
sender-numbers/
sender-numbers/add
sender-numbers/{sender}
users/
users/add
users/{member}
users/{member}/edit
users/{member}/delete
users/{member}/reset-password
users/{gone}
users/{gone}/restore
company-admins/
company-admins/add
company-admins/{membership}
company-admins/{membership}/delete
messages/
messages/{message}
dead-letters/
dead-letters/{dead_letter}
dead-letters/{dead_letter}/resend
calls/
calls/{call}
operators/
operators/{colleague}
operators/{colleague}/remove-second-factor
health/
audit-trail/
audit-trail/?actor=nobody\
""".splitlines()
OPERATOR = (
    *(Screen(f"bo-{path}".replace("/", "-"), f"/back-office/{path}") for path in BACK_OFFICE),
    Screen("bo-companies-add-refused", "/back-office/companies/add", submit),
    Screen("bo-account-menu", "/back-office/companies/", open_account_menu),
)

# By who opens them: a key of `screen_rows.ADDRESSES`, "" for nobody.
SCREENS: Mapping[str, Sequence[Screen]] = {
    "": NOBODY,
    "choosing": CHOOSING,
    "admin": COMPANY_ADMIN,
    "member": MEMBER,
    "beginner": BEGINNER,
    "newcomer": NEWCOMER,
    "two_factors": TWO_FACTORS,
    "owes_second_factor": OWES_SECOND_FACTOR,
    "without_account": WITHOUT_ACCOUNT,
    "elsewhere": ELSEWHERE,
    "operator": OPERATOR,
}
