"""Barriers that axe-core finds on a page by the rules of WCAG 2.2, levels A and AA."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

SCRIPT = Path(__file__).with_name("axe") / "axe.min.js"
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"target-size": {"enabled": True}},  # of 2.2, which axe leaves off by itself
    "resultTypes": ["violations"],
}
# Half-faded text has too little contrast for the moment that it fades.
RUN = f"""async () => {{
    const ends = (it) => it.effect.getTiming().iterations !== Infinity;
    await Promise.allSettled(document.getAnimations().filter(ends).map((it) => it.finished));
    const {{ violations }} = await axe.run(document, {json.dumps(OPTIONS)});
    return violations.flatMap(({{ id, nodes }}) => nodes.map(
        (node) => `${{id}}: ${{node.html}} ${{node.failureSummary}}`
    ));
}}"""
IS_LOADED = "typeof axe === 'object'"


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """`assert axe(page) == []`: each barrier on the page as it stands, an open dialog too."""
    script = SCRIPT.read_text(encoding="utf-8")

    def barriers(page: Page) -> list[str]:
        if not page.evaluate(IS_LOADED):
            page.evaluate(script)
        found: list[str] = page.evaluate(RUN)
        return found

    return barriers
