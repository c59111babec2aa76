"""Rules for every test: no connection leaves this machine, and in CI nothing is skipped."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A machine that does something else as well is no reason to fail. CI judges each change by the same
# examples, while every run by hand looks for new ones.
settings.register_profile(
    "patient",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("patient")


class ConnectionOutside(RuntimeError):
    """A test tried to reach another machine. Not an OSError: no retry may swallow it."""


def _is_here(host: str) -> bool:
    if host in ("", "localhost", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_outside(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""  # unix sockets have a path
    elif event == "socket.getaddrinfo":
        host = arguments[0] or ""
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if not _is_here(name):
        raise ConnectionOutside(f"{event} to {name!r}: tests talk to this machine only")


def pytest_configure() -> None:
    sys.addaudithook(_refuse_outside)


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not accept: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report
