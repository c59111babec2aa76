"""`make chaos`, small."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaos.run import run

pytestmark = pytest.mark.slow


def test_nothing_is_lost_doubled_or_stuck(world_readable: Path) -> None:
    findings = run(calls=150, kills=6, seed=20261124, folder=world_readable)

    assert findings.is_clean, "\n".join(findings.lines())
    assert findings.counts["heard that the SMS comes"] >= 50
    assert findings.counts["message delivered"] >= 50
