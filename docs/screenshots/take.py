"""Takes the screenshots of the guide from a freshly started demo: `make screenshots`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from app.domain import demo_logins
from tests.support.plugin_browser import ARGUMENTS, chromium_path
from tests.support.plugin_product import Product, start_product

FOLDER = Path(__file__).resolve().parent
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 390, "height": 844}
PAGES = {
    "numbers": "/numbers/",
    "flow-editor": "/numbers/1/flow/edit",
    "published-flow": "/numbers/1/flow/published/",
    "flow-history": "/numbers/1/flow/history/",
    "trial-call": "/numbers/1/flow/trial/",
    "reading-dictionary": "/numbers/reading-hints/",
    "delivery-log": "/deliveries/",
    "call-counts": "/calls/",
    "users": "/users/",
    "sessions": "/sessions/",
}


def take_all(page: Page, product: Product) -> None:
    page.goto(product.url("portal"))
    page.screenshot(path=FOLDER / "sign-in.png")
    page.get_by_label("メールアドレス").fill("company-admin@demo.example")
    page.locator("input[type=password]").fill(demo_logins.PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    page.wait_for_url("**/numbers/")
    for size, suffix in ((WIDE, ""), (NARROW, "-narrow")):
        page.set_viewport_size(size)
        for name, path in PAGES.items():
            page.goto(product.url("portal", path))
            if name != "delivery-log":
                show_whole(page)
            page.screenshot(path=FOLDER / f"{name}{suffix}.png")
            page.set_viewport_size(size)
    page.set_viewport_size(WIDE)
    page.goto(product.url("simulator"))
    page.screenshot(path=FOLDER / "simulator.png")


def show_whole(page: Page) -> None:
    """Make the window as tall as the page, so that what sticks to its foot is there."""
    width = page.viewport_size["width"]
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": height})


def main() -> None:
    with start_product() as product, sync_playwright() as playwright:
        product.place_call("--from", "09012345678", "--to", "05030000001")
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        take_all(browser.new_page(locale="ja-JP", timezone_id="Asia/Tokyo", viewport=WIDE), product)
        browser.close()


if __name__ == "__main__":
    main()
