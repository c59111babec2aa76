"""A real Chromium, with a Japanese font, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"]
PATIENCE_MS = 20_000  # more than a session of the idle tests lasts
DESKTOP = ViewportSize(width=1280, height=900)


def chromium_path() -> str:
    """Debian's Chromium without windows, whose fresh profiles take half of the time, or the browser
    that CHROMIUM names. Fails where there is none."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell")
    assert path, "no Chromium: run tests/support/install_packages.sh as root, or make test"
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a fresh browser profile. An uncaught error of its scripts fails the test."""
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport=DESKTOP)
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors, f"uncaught in the page: {errors}"
