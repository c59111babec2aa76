"""`run.py` with all its programs: killed without warning, and twice on one machine."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from tests.support.plugin_product import ROOT, Product, start_product
from tests.support.services.processes import free_port

pytestmark = pytest.mark.slow

ENDED_WITHIN_S = 30


def second_copy(product: Product, **settings: str) -> str:
    """Why it refuses to start beside the first."""
    refused = subprocess.run(
        [sys.executable, "run.py"],
        cwd=ROOT,
        env=product.environment | settings,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert refused.returncode == 1
    return refused.stderr


def test_killed_without_warning_it_leaves_nothing_running() -> None:
    with start_product() as product:
        family = psutil.Process(product.process.pid).children(recursive=True)
        assert len(family) > len(product.ports)
        product.process.kill()
        product.process.wait()
        _, left = psutil.wait_procs(family, timeout=ENDED_WITHIN_S)
        commands = [" ".join(process.cmdline()) for process in left]
        for process in left:
            process.kill()
    assert commands == []


def test_a_second_copy_does_not_touch_the_first(embedded_product: Product) -> None:
    ports = {f"{name.upper()}_PORT": str(free_port()) for name in embedded_product.ports}
    assert "Another copy runs in" in second_copy(embedded_product, **ports)


def test_a_second_copy_needs_ports_of_its_own(
    embedded_product: Product, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = str(tmp_path_factory.mktemp("s"))
    said = second_copy(embedded_product, STATE_DIR=elsewhere)
    assert f"PORTAL_PORT={embedded_product.ports['portal']} cannot be used" in said
