"""The journeys first, one for each worker, so that none of them is left to run alone at the end.

With `--dist load --maxschedchunk 1` xdist gives two tests to each worker and then one at a time:
a quick test between two journeys sends them to different workers.
"""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "slow: what does not fit into three minutes; make test-slow runs it"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    journeys = [item for item in items if "journeys" in item.path.parts]
    others = [item for item in items if "journeys" not in item.path.parts]
    between, rest = others[: len(journeys)], others[len(journeys) :]
    pairs = zip(journeys, between, strict=False)
    leftover = journeys[len(between) :]
    items[:] = [item for pair in pairs for item in pair] + leftover + rest
