"""axe finds no barrier on any screen, in both languages, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect

from tests.portal import screen_rows, screens
from tests.portal.screens import SCREENS, Screen
from tests.support import factories
from tests.support.plugin_browser import DESKTOP

pytestmark = [pytest.mark.slow, pytest.mark.any_database]

Axe = Callable[[Page], list[str]]
PHONE = ViewportSize(width=390, height=844)
LANGUAGES = ("ja", "en")
WIDER = """() => [document.documentElement, ...document.querySelectorAll(".table-card > table")]
    .filter((it) => it.scrollWidth > (it.parentElement?.clientWidth ?? innerWidth) + 1)
    .map((it) => `${it.tagName} is ${it.scrollWidth} px wide`)"""


def cut_off(page: Page) -> list[str]:
    """What is wider than its place: the page, or a table that its card cuts off."""
    found: list[str] = page.evaluate(WIDER)
    return found


def faults(page: Page, axe: Axe, name: str) -> list[str]:
    """Of the page as it stands, at both widths."""
    found = []
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        found += [f"{name} at {size['width']} px: {fault}" for fault in axe(page) + cut_off(page)]
    page.set_viewport_size(DESKTOP)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", SCREENS)
def test_no_screen_has_a_barrier(
    page: Page, address: str, axe: Axe, who: str, language: str
) -> None:
    ids = screen_rows.make()
    mail_address = screen_rows.ADDRESSES[who] if who else ""
    screens.sign_in(page, address, language, mail_address)
    found = []
    for screen in SCREENS[who]:
        screens.open_screen(page, address, screen, ids)
        found += faults(page, axe, screen.name)
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_error_pages_have_no_barrier(
    page: Page,
    app: Flask,
    address: str,
    axe: Axe,
    language: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screens.sign_in(page, address, language)
    app.config.update(RATELIMIT_ENABLED=True, LIMIT_PER_CLIENT="1 per hour")
    app.appbuilder.sm.limiter.reset()  # type: ignore[attr-defined]
    for _ in range(2):
        screens.open_screen(
            page, address, Screen("", "/password-reset/", screens.ask_for_reset), {}
        )
    expect(page.get_by_text("429")).to_be_visible()
    found = faults(page, axe, "error 429")

    def fail(*_arguments: object, **_options: object) -> str:
        raise RuntimeError

    monkeypatch.setitem(app.view_functions, "PasswordResetView.request", fail)
    page.goto(f"{address}/password-reset/")
    expect(page.get_by_text("500")).to_be_visible()
    found += faults(page, axe, "error 500")
    assert found == [], "\n".join(found)


def test_the_menu_unfolded_on_a_phone_has_no_barrier(page: Page, address: str, axe: Axe) -> None:
    who = factories.member_of(factories.account())
    screens.sign_in(page, address, "ja", who.mail_address)
    page.set_viewport_size(PHONE)
    page.locator(".menu-toggle").click()
    expect(page.locator("#sidebar")).to_be_visible()
    assert axe(page) == []


def test_axe_finds_what_is_wrong(page: Page, axe: Axe) -> None:
    page.set_content("<html><title>x</title><img src='x.png'><button style='width: 9px'></button>")
    rules = {fault.split(":")[0] for fault in axe(page)}
    assert {"html-has-lang", "image-alt", "button-name"} <= rules
