"""A number with a draft, and somebody in front of it: with the mouse in Japanese or English, or by
keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from app.models.account import Account
from app.models.incoming_number import IncomingNumber
from tests.portal.editor_journeys.hands import WAYS, Hands, hands_of
from tests.support import factories
from tests.support.plugin_browser import ARGUMENTS, DESKTOP, PATIENCE_MS, chromium_path

MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
SignIn = Callable[[Page], None]


@pytest.fixture
def account(db: object) -> Account:
    account = factories.account("本店")
    factories.sender_number(account)
    return account


@pytest.fixture
def number(account: Account) -> IncomingNumber:
    number = factories.incoming_number(account, "+815030000003")
    factories.draft_flow(number)
    return number


@pytest.fixture
def sign_in(address: str, account: Account, number: IncomingNumber) -> SignIn:
    """Logs in as a new colleague, to the list of numbers."""

    def sign_in(page: Page) -> None:
        page.goto(f"{address}/sign-in")
        page.fill("[name=mail_address]", factories.member_of(account).mail_address)
        page.fill("[name=password]", factories.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/numbers/")

    return sign_in


@pytest.fixture(scope="session")
def browser_with_microphone(browser: Browser) -> Iterator[Browser]:
    """Its microphone hears beeps."""
    other = browser.browser_type.launch(
        executable_path=chromium_path(), args=[*ARGUMENTS, *MICROPHONE]
    )
    yield other
    other.close()


@pytest.fixture
def page(browser_with_microphone: Browser) -> Iterator[Page]:
    context = browser_with_microphone.new_context(
        locale="ja-JP", timezone_id="Asia/Tokyo", viewport=DESKTOP
    )
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors, f"uncaught in the page: {errors}"


@pytest.fixture(params=WAYS)
def hands(request: pytest.FixtureRequest, page: Page, sign_in: SignIn) -> Hands:
    sign_in(page)
    return hands_of(page, request.param)


@pytest.fixture
def editor(hands: Hands, address: str, number: IncomingNumber) -> Hands:
    """The hands in front of the editor of the number's draft."""
    hands.page.goto(f"{address}/numbers/{number.id}/flow/edit")
    return hands
